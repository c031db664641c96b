//! Policies: making them, and giving them to listeners and to the ports of instances.

use aws_sdk_elasticloadbalancing::types;
use bellwether_core::balancer::{BalancerName, CookieName, PolicyAttribute, PolicyName, check_port};

use super::Balancers;
use super::session::{elb, texts};
use crate::api_error::ApiError;

impl Balancers {
    /// Makes a policy by which a session lasts as long as a cookie of the application
    /// (`CreateAppCookieStickinessPolicy`). It does nothing until a listener has it.
    ///
    /// # Errors
    /// When the cookie has no name (nothing is sent), there is a policy of this name, AWS refuses, or there is no
    /// answer.
    pub async fn create_app_cookie_policy(
        &self,
        name: &BalancerName,
        policy: &PolicyName,
        cookie: &str,
    ) -> Result<(), ApiError> {
        let cookie = CookieName::new(cookie)?;
        let session = self.session().await?;
        let call = session.client.create_app_cookie_stickiness_policy().load_balancer_name(name.as_str());
        let answer = call.policy_name(policy.as_str()).cookie_name(cookie.as_str()).send().await;
        answer.map_err(session.failed("elasticloadbalancing:CreateAppCookieStickinessPolicy", elb(name)))?;
        Ok(())
    }

    /// Makes a policy by which a session lasts as long as a cookie of the load balancer
    /// (`CreateLBCookieStickinessPolicy`): for so many seconds, or for as long as the browser is open.
    ///
    /// # Errors
    /// When there is a policy of this name, AWS refuses, or there is no answer.
    pub async fn create_lb_cookie_policy(
        &self,
        name: &BalancerName,
        policy: &PolicyName,
        expiration_seconds: Option<u32>,
    ) -> Result<(), ApiError> {
        let session = self.session().await?;
        let call = session.client.create_lb_cookie_stickiness_policy().load_balancer_name(name.as_str());
        let call = call.policy_name(policy.as_str()).set_cookie_expiration_period(expiration_seconds.map(i64::from));
        let failed = session.failed("elasticloadbalancing:CreateLBCookieStickinessPolicy", elb(name));
        call.send().await.map_err(failed)?;
        Ok(())
    }

    /// Makes a policy of any type that [`Balancers::policy_types`] tells (`CreateLoadBalancerPolicy`).
    ///
    /// # Errors
    /// When there is a policy of this name, no such type, AWS refuses, or there is no answer.
    pub async fn create_policy(
        &self,
        name: &BalancerName,
        policy: &PolicyName,
        type_name: &PolicyName,
        attributes: &[PolicyAttribute],
    ) -> Result<(), ApiError> {
        let attributes = (!attributes.is_empty()).then(|| attributes.iter().map(to_sdk).collect());
        let session = self.session().await?;
        let call = session.client.create_load_balancer_policy().load_balancer_name(name.as_str());
        let call = call.policy_name(policy.as_str()).policy_type_name(type_name.as_str());
        let answer = call.set_policy_attributes(attributes).send().await;
        answer.map_err(session.failed("elasticloadbalancing:CreateLoadBalancerPolicy", elb(name)))?;
        Ok(())
    }

    /// Removes a policy (`DeleteLoadBalancerPolicy`); no listener and no port may have it any more.
    ///
    /// # Errors
    /// When it is in use, AWS refuses, or there is no answer.
    pub async fn delete_policy(&self, name: &BalancerName, policy: &PolicyName) -> Result<(), ApiError> {
        let session = self.session().await?;
        let call = session.client.delete_load_balancer_policy().load_balancer_name(name.as_str());
        let answer = call.policy_name(policy.as_str()).send().await;
        answer.map_err(session.failed("elasticloadbalancing:DeleteLoadBalancerPolicy", elb(name)))?;
        Ok(())
    }

    /// Replaces the policies of the listener on this port (`SetLoadBalancerPoliciesOfListener`); none takes all away.
    ///
    /// # Errors
    /// When the port is 0 (nothing is sent), there is no such listener or policy, AWS refuses, or there is no answer.
    pub async fn set_listener_policies(
        &self,
        name: &BalancerName,
        port: u16,
        policies: &[PolicyName],
    ) -> Result<(), ApiError> {
        check_port("the port of a listener", port)?;
        let session = self.session().await?;
        let call = session.client.set_load_balancer_policies_of_listener().load_balancer_name(name.as_str());
        let call = call.load_balancer_port(port.into()).set_policy_names(texts(policies, PolicyName::as_str));
        let failed = session.failed("elasticloadbalancing:SetLoadBalancerPoliciesOfListener", elb(name));
        call.send().await.map_err(failed)?;
        Ok(())
    }

    /// Replaces the policies of this port of the instances (`SetLoadBalancerPoliciesForBackendServer`); none takes
    /// all away.
    ///
    /// # Errors
    /// When the port is 0 (nothing is sent), there is no such port or policy, AWS refuses, or there is no answer.
    pub async fn set_backend_policies(
        &self,
        name: &BalancerName,
        instance_port: u16,
        policies: &[PolicyName],
    ) -> Result<(), ApiError> {
        check_port("the port on the instances", instance_port)?;
        let session = self.session().await?;
        let call = session.client.set_load_balancer_policies_for_backend_server().load_balancer_name(name.as_str());
        let call = call.instance_port(instance_port.into()).set_policy_names(texts(policies, PolicyName::as_str));
        let failed = session.failed("elasticloadbalancing:SetLoadBalancerPoliciesForBackendServer", elb(name));
        call.send().await.map_err(failed)?;
        Ok(())
    }
}

fn to_sdk(attribute: &PolicyAttribute) -> types::PolicyAttribute {
    types::PolicyAttribute::builder().attribute_name(&attribute.name).attribute_value(&attribute.value).build()
}
