//! Which IAM permissions a group or a store needs, as the service authorization reference names them.

use std::collections::{BTreeMap, BTreeSet};

use bellwether_core::roster::GroupRef;
use serde_json::{Value, json};

/// The IAM actions that finding a group's roster needs; none for groups that AWS is not asked about.
pub fn permissions(group: &GroupRef) -> &'static [&'static str] {
    match group {
        GroupRef::Local | GroupRef::Nodes(_) | GroupRef::File(_) => &[],
        GroupRef::Elb(_) => &["elasticloadbalancing:DescribeInstanceHealth"],
        GroupRef::Alb(target) if target.starts_with("arn:") => &["elasticloadbalancing:DescribeTargetHealth"],
        GroupRef::Alb(_) => &["elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"],
        GroupRef::Asg(_) => &["autoscaling:DescribeAutoScalingGroups"],
        GroupRef::Tag { .. } => &["ec2:DescribeInstances"],
    }
}

/// The IAM actions that claims and history in a DynamoDB table need. A transaction needs those of its parts.
pub fn store_permissions() -> &'static [&'static str] {
    &["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
}

/// The IAM actions that creating such a table needs besides.
pub fn store_creation_permissions() -> &'static [&'static str] {
    &["dynamodb:CreateTable", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:UpdateTimeToLive"]
}

/// The IAM actions that looking at classic load balancers needs, at the names and states of their instances, and at
/// the regions.
pub fn balancer_permissions() -> &'static [&'static str] {
    &[
        "ec2:DescribeInstances",
        "ec2:DescribeRegions",
        "elasticloadbalancing:DescribeAccountLimits",
        "elasticloadbalancing:DescribeInstanceHealth",
        "elasticloadbalancing:DescribeLoadBalancerAttributes",
        "elasticloadbalancing:DescribeLoadBalancerPolicies",
        "elasticloadbalancing:DescribeLoadBalancerPolicyTypes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTags",
    ]
}

/// The IAM actions that changing classic load balancers needs besides. The first load balancer of an account needs
/// `iam:CreateServiceLinkedRole` once, for whoever creates it.
pub fn balancer_change_permissions() -> &'static [&'static str] {
    &[
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:ApplySecurityGroupsToLoadBalancer",
        "elasticloadbalancing:AttachLoadBalancerToSubnets",
        "elasticloadbalancing:ConfigureHealthCheck",
        "elasticloadbalancing:CreateAppCookieStickinessPolicy",
        "elasticloadbalancing:CreateLBCookieStickinessPolicy",
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateLoadBalancerListeners",
        "elasticloadbalancing:CreateLoadBalancerPolicy",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteLoadBalancerListeners",
        "elasticloadbalancing:DeleteLoadBalancerPolicy",
        "elasticloadbalancing:DeregisterInstancesFromLoadBalancer",
        "elasticloadbalancing:DetachLoadBalancerFromSubnets",
        "elasticloadbalancing:DisableAvailabilityZonesForLoadBalancer",
        "elasticloadbalancing:EnableAvailabilityZonesForLoadBalancer",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:RegisterInstancesWithLoadBalancer",
        "elasticloadbalancing:RemoveTags",
        "elasticloadbalancing:SetLoadBalancerListenerSSLCertificate",
        "elasticloadbalancing:SetLoadBalancerPoliciesForBackendServer",
        "elasticloadbalancing:SetLoadBalancerPoliciesOfListener",
    ]
}

/// The IAM actions that the commands of elbadmin need that look at load balancers.
pub fn elbadmin_permissions() -> &'static [&'static str] {
    &[
        "ec2:DescribeInstances",
        "elasticloadbalancing:DescribeInstanceHealth",
        "elasticloadbalancing:DescribeLoadBalancers",
    ]
}

/// The IAM actions that those of its commands need besides that change one.
pub fn elbadmin_change_permissions() -> &'static [&'static str] {
    &[
        "elasticloadbalancing:CreateLoadBalancer",
        "elasticloadbalancing:CreateLoadBalancerListeners",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteLoadBalancerListeners",
        "elasticloadbalancing:DeregisterInstancesFromLoadBalancer",
        "elasticloadbalancing:DisableAvailabilityZonesForLoadBalancer",
        "elasticloadbalancing:EnableAvailabilityZonesForLoadBalancer",
        "elasticloadbalancing:RegisterInstancesWithLoadBalancer",
    ]
}

/// Actions, and on which resource they are allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The IAM actions.
    pub actions: Vec<&'static str>,
    /// An ARN, or `*`.
    pub resource: String,
    /// What else must be so, as IAM's element `Condition` has it.
    pub condition: Option<Value>,
}

impl Grant {
    /// Actions that cannot be limited to a resource, such as those of [`permissions`].
    pub fn anywhere(actions: impl IntoIterator<Item = &'static str>) -> Self {
        Self { actions: actions.into_iter().collect(), resource: "*".to_owned(), condition: None }
    }

    /// Actions on one DynamoDB table; in any region and account where they are not known.
    pub fn on_table(
        actions: impl IntoIterator<Item = &'static str>,
        table: &str,
        region: Option<&str>,
        account: Option<&str>,
    ) -> Self {
        let partition = region.map_or("aws", partition);
        let (region, account) = (region.unwrap_or("*"), account.unwrap_or("*"));
        let resource = format!("arn:{partition}:dynamodb:{region}:{account}:table/{table}");
        Self { actions: actions.into_iter().collect(), resource, condition: None }
    }
}

fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// The smallest IAM policy that allows this: one statement for each resource and condition. Grants without actions are left out.
pub fn policy(grants: &[Grant]) -> Value {
    let mut by_place = BTreeMap::new();
    for grant in grants.iter().filter(|grant| !grant.actions.is_empty()) {
        let condition = grant.condition.as_ref().map_or_else(String::new, Value::to_string);
        let place = by_place.entry((grant.resource.as_str(), condition));
        place.or_insert((grant.condition.as_ref(), BTreeSet::<&str>::new())).1.extend(&grant.actions);
    }
    let statements: Vec<Value> = by_place
        .into_iter()
        .map(|((resource, _), (condition, actions))| statement(resource, &actions, condition))
        .collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn statement(resource: &str, actions: &BTreeSet<&str>, condition: Option<&Value>) -> Value {
    let mut statement = json!({ "Effect": "Allow", "Action": actions, "Resource": resource });
    if let Some(condition) = condition {
        statement["Condition"] = condition.clone();
    }
    statement
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_needs_what_it_asks_and_no_more() {
        for (group, count) in [
            ("local", 0),
            ("nodes:a", 0),
            ("elb:web", 1),
            ("alb:web", 2),
            ("alb:arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/b", 1),
            ("asg:web", 1),
            ("tag:a=b", 1),
        ] {
            assert_eq!(permissions(&group.parse().unwrap()).len(), count, "{group}");
        }
    }

    #[test]
    fn the_policy_has_a_statement_for_each_resource() {
        let table = Grant::on_table(store_permissions().iter().copied(), "claims", Some("eu-west-1"), None);
        let grants = [Grant::anywhere(["ec2:DescribeInstances"]), table.clone(), table, Grant::anywhere([])];
        let policy = policy(&grants);
        assert_eq!(policy["Statement"].as_array().unwrap().len(), 2);
        assert_eq!(policy["Statement"][0]["Action"], json!(["ec2:DescribeInstances"]));
        assert_eq!(policy["Statement"][0]["Resource"], "*");
        assert_eq!(policy["Statement"][1]["Action"], json!(store_permissions()));
        assert_eq!(policy["Statement"][1]["Resource"], "arn:aws:dynamodb:eu-west-1:*:table/claims");
    }

    #[test]
    fn the_arn_of_a_table_is_in_the_partition_of_its_region() {
        let arn = |region, account| Grant::on_table([], "t", region, account).resource;
        assert_eq!(arn(None, None), "arn:aws:dynamodb:*:*:table/t");
        assert_eq!(arn(Some("cn-north-1"), Some("1")), "arn:aws-cn:dynamodb:cn-north-1:1:table/t");
        assert_eq!(arn(Some("us-gov-west-1"), None), "arn:aws-us-gov:dynamodb:us-gov-west-1:*:table/t");
    }
}
