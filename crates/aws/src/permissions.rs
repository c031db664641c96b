//! Which IAM permissions a group needs, as the service authorization reference names them.

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

/// The smallest IAM policy that allows these actions. None of them can be limited to a resource, so it is `*`.
pub fn policy(actions: &[&str]) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
    })
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
    fn the_policy_names_the_actions() {
        let policy = policy(&["ec2:DescribeInstances"]);
        assert_eq!(policy["Statement"][0]["Action"][0], "ec2:DescribeInstances");
        assert_eq!(policy["Statement"][0]["Resource"], "*");
    }
}
