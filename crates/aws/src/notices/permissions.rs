//! Which IAM permissions a watch needs.

use crate::drain::drain_permissions;
use crate::permissions::Grant;

/// What watching for signs that a node leaves needs, with every source and every reaction.
pub fn watch_permissions() -> Vec<Grant> {
    let mut grants = vec![
        Grant::anywhere(drain_permissions().iter().copied()),
        Grant::anywhere(["autoscaling:DescribeAutoScalingInstances", "autoscaling:DescribeLifecycleHooks"]),
        on(
            "arn:aws:autoscaling:*:*:autoScalingGroup:*",
            &["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"],
        ),
    ];
    grants.extend(clonesquad_permissions());
    grants
}

/// The grants that asking CloneSquad needs: for the instance's tags, the function that tells where the API is, and the
/// API. Asking STS for the account needs none.
pub fn clonesquad_permissions() -> Vec<Grant> {
    vec![
        Grant::anywhere(["ec2:DescribeInstances"]),
        on("arn:aws:lambda:*:*:function:CloneSquad-Discovery-*", &["lambda:InvokeFunction"]),
        on("arn:aws:execute-api:*:*:*", &["execute-api:Invoke"]),
    ]
}

fn on(resource: &str, actions: &[&'static str]) -> Grant {
    Grant { actions: actions.to_vec(), resource: resource.to_owned(), condition: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permissions::policy;

    #[test]
    fn what_can_be_limited_is_limited() {
        let policy = policy(&watch_permissions());
        let statements = policy["Statement"].as_array().unwrap();
        let everywhere = statements.iter().find(|statement| statement["Resource"] == "*").unwrap();
        let anywhere = everywhere["Action"].as_array().unwrap();
        for action in ["lambda:InvokeFunction", "execute-api:Invoke", "autoscaling:CompleteLifecycleAction"] {
            assert!(!anywhere.contains(&action.into()), "{action}");
        }
        assert_eq!(statements.len(), 4);
    }
}
