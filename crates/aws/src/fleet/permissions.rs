//! What the roles of the transport must be allowed.

use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::names::NodeId;
use serde_json::json;

use super::names::Names;
use crate::permissions::Grant;

/// What an agent needs: that of a node, or any. What creates topic and tables may be taken away once they are there.
pub fn fleet_agent_grants(environment: &EnvironmentName, node: Option<&NodeId>) -> Vec<Grant> {
    let names = Names::of(environment);
    let queues = node.map_or_else(|| format!("{}*", names.node_queues()), |node| names.node_queue(node));
    vec![
        on(
            &[
                "sqs:CreateQueue",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ListQueueTags",
                "sqs:ReceiveMessage",
                "sqs:SetQueueAttributes",
                "sqs:TagQueue",
            ],
            "sqs",
            &queues,
        ),
        on(&["sqs:SendMessage"], "sqs", &format!("{}*", names.reply_queues())),
        on(&["sns:CreateTopic", "sns:TagResource"], "sns", &names.topic()),
        subscribe(&names.topic(), &queues),
        on(
            &["dynamodb:CreateTable", "dynamodb:DescribeTable", "dynamodb:TagResource"],
            "dynamodb",
            &format!("table/{}", names.nodes_table()),
        ),
        announce(&names.nodes_table(), node),
        on(
            &[
                "dynamodb:CreateTable",
                "dynamodb:DescribeTable",
                "dynamodb:DescribeTimeToLive",
                "dynamodb:PutItem",
                "dynamodb:TagResource",
                "dynamodb:UpdateTimeToLive",
            ],
            "dynamodb",
            &format!("table/{}", names.results_table()),
        ),
    ]
}

/// What a caller needs.
pub fn fleet_caller_grants(environment: &EnvironmentName) -> Vec<Grant> {
    let names = Names::of(environment);
    vec![
        on(
            &[
                "sqs:CreateQueue",
                "sqs:DeleteMessage",
                "sqs:DeleteQueue",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                "sqs:ListQueueTags",
                "sqs:ReceiveMessage",
                "sqs:TagQueue",
            ],
            "sqs",
            &format!("{}*", names.reply_queues()),
        ),
        on(&["sqs:SendMessage"], "sqs", &format!("{}*", names.node_queues())),
        on(&["sns:Publish"], "sns", &names.topic()),
        on(&["dynamodb:Scan"], "dynamodb", &format!("table/{}", names.nodes_table())),
        on(&["dynamodb:Query"], "dynamodb", &format!("table/{}", names.results_table())),
    ]
}

/// What removing needs of what is left. AWS does not let the first two be limited.
pub fn fleet_clean_grants(environment: &EnvironmentName) -> Vec<Grant> {
    let names = Names::of(environment);
    let queue = ["sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"];
    vec![
        Grant::anywhere(["sns:Unsubscribe", "sqs:ListQueues"]),
        on(&queue, "sqs", &format!("{}*", names.node_queues())),
        on(&queue, "sqs", &format!("{}*", names.reply_queues())),
        on(&["sns:ListSubscriptionsByTopic"], "sns", &names.topic()),
        on(&["dynamodb:DeleteItem", "dynamodb:Scan"], "dynamodb", &format!("table/{}", names.nodes_table())),
    ]
}

/// Only its own queue may be subscribed: a topic would send its requests to any address.
fn subscribe(topic: &str, queues: &str) -> Grant {
    let condition = json!({
        "StringEquals": { "sns:Protocol": "sqs" },
        "StringLike": { "sns:Endpoint": arn("sqs", queues) },
    });
    Grant { condition: Some(condition), ..on(&["sns:Subscribe"], "sns", topic) }
}

/// Writing what is known of a node, or of any.
fn announce(table: &str, node: Option<&NodeId>) -> Grant {
    // `$` would begin a variable of IAM's.
    let key = |node: &NodeId| node.as_str().replace('$', "${$}");
    let condition = node.map(|node| json!({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [key(node)] } }));
    Grant { condition, ..on(&["dynamodb:PutItem"], "dynamodb", &format!("table/{table}")) }
}

fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:*:*:{resource}")
}

/// In any region and account.
fn on(actions: &[&'static str], service: &str, resource: &str) -> Grant {
    Grant { actions: actions.to_vec(), resource: arn(service, resource), condition: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(node: Option<&str>, action: &str) -> Vec<Grant> {
        let node = node.map(|node| NodeId::new(node).unwrap());
        let grants = fleet_agent_grants(&"prod".parse().unwrap(), node.as_ref());
        grants.into_iter().filter(|grant| grant.actions.contains(&action)).collect()
    }

    #[test]
    fn an_agent_subscribes_nothing_but_queues_of_nodes() {
        for (node, queues) in [(None, "bw-prod-node-*"), (Some("i-1"), "bw-prod-node-i-1")] {
            let [subscribe] = &granted(node, "sns:Subscribe")[..] else { panic!("one statement") };
            let condition = subscribe.condition.as_ref().unwrap();
            assert_eq!(condition["StringEquals"]["sns:Protocol"], "sqs");
            assert_eq!(condition["StringLike"]["sns:Endpoint"], format!("arn:aws:sqs:*:*:{queues}"));
        }
    }

    #[test]
    fn the_policy_of_a_node_is_for_its_queue_and_its_entry_alone() {
        for action in ["sqs:ReceiveMessage", "sqs:SetQueueAttributes"] {
            let [queue] = &granted(Some("i-1"), action)[..] else { panic!("one statement") };
            assert_eq!(queue.resource, "arn:aws:sqs:*:*:bw-prod-node-i-1");
        }
        let keys = |node| {
            let grants = granted(node, "dynamodb:PutItem");
            let nodes = grants.iter().find(|grant| grant.resource.ends_with("nodes")).unwrap();
            nodes.condition.clone().map(|it| it["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"].clone())
        };
        assert_eq!(keys(Some("i-1")), Some(json!(["i-1"])));
        assert_eq!(keys(Some("${aws:userid}")), Some(json!(["${$}{aws:userid}"])), "no variable of IAM's");
        assert_eq!(keys(None), None);
    }
}
