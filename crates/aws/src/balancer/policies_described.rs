//! Which policies there are, and which types of them.

use aws_sdk_elasticloadbalancing::types;
use bellwether_core::balancer::{
    BalancerName, Cardinality, Policy, PolicyAttribute, PolicyAttributeType, PolicyName, PolicyType,
};

use super::Balancers;
use super::described::{some_text, text};
use super::session::{elb, texts};
use crate::api_error::ApiError;

const POLICIES: &str = "elasticloadbalancing:DescribeLoadBalancerPolicies";
const TYPES: &str = "elasticloadbalancing:DescribeLoadBalancerPolicyTypes";

impl Balancers {
    /// The policies of a load balancer (`DescribeLoadBalancerPolicies`): all, or those of these names.
    ///
    /// # Errors
    /// When the load balancer or a policy does not exist, AWS refuses, or there is no answer.
    pub async fn policies(&self, name: &BalancerName, names: &[PolicyName]) -> Result<Vec<Policy>, ApiError> {
        self.describe_policies(Some(name), names, elb(name)).await
    }

    /// The policies that AWS offers as samples, whose names begin with `ELBSample-`: all, or those of these names.
    ///
    /// # Errors
    /// When one does not exist, AWS refuses, or there is no answer.
    pub async fn sample_policies(&self, names: &[PolicyName]) -> Result<Vec<Policy>, ApiError> {
        self.describe_policies(None, names, "the sample policies".to_owned()).await
    }

    async fn describe_policies(
        &self,
        name: Option<&BalancerName>,
        names: &[PolicyName],
        subject: String,
    ) -> Result<Vec<Policy>, ApiError> {
        let session = self.session().await?;
        let call = session.client.describe_load_balancer_policies();
        let call = call.set_load_balancer_name(name.map(|name| name.as_str().to_owned()));
        let answer = call.set_policy_names(some_names(names)).send().await;
        let answer = answer.map_err(session.failed(POLICIES, subject))?;
        Ok(answer.policy_descriptions().iter().map(policy).collect())
    }

    /// The types of policies that AWS offers (`DescribeLoadBalancerPolicyTypes`): all, or those of these names.
    ///
    /// # Errors
    /// When one does not exist, AWS refuses, or there is no answer.
    pub async fn policy_types(&self, names: &[PolicyName]) -> Result<Vec<PolicyType>, ApiError> {
        let session = self.session().await?;
        let call = session.client.describe_load_balancer_policy_types();
        let answer = call.set_policy_type_names(some_names(names)).send().await;
        let answer = answer.map_err(session.failed(TYPES, "the policy types"))?;
        Ok(answer.policy_type_descriptions().iter().map(policy_type).collect())
    }
}

/// AWS takes an empty list for a list that was given.
fn some_names(names: &[PolicyName]) -> Option<Vec<String>> {
    texts(names, PolicyName::as_str).filter(|names| !names.is_empty())
}

fn policy(described: &types::PolicyDescription) -> Policy {
    let attribute = |attribute: &types::PolicyAttributeDescription| PolicyAttribute {
        name: text(attribute.attribute_name()),
        value: text(attribute.attribute_value()),
    };
    Policy {
        name: text(described.policy_name()),
        type_name: text(described.policy_type_name()),
        attributes: described.policy_attribute_descriptions().iter().map(attribute).collect(),
    }
}

fn policy_type(described: &types::PolicyTypeDescription) -> PolicyType {
    PolicyType {
        name: text(described.policy_type_name()),
        description: text(described.description()),
        attributes: described.policy_attribute_type_descriptions().iter().map(attribute_type).collect(),
    }
}

fn attribute_type(described: &types::PolicyAttributeTypeDescription) -> PolicyAttributeType {
    PolicyAttributeType {
        name: text(described.attribute_name()),
        value_type: text(described.attribute_type()),
        description: text(described.description()),
        default: some_text(described.default_value()),
        cardinality: Cardinality::from_aws(&text(described.cardinality())),
    }
}
