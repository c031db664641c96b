//! What the roles of the transport must be allowed.

use bellwether_core::fleet::request::EnvironmentName;

use super::names::Names;
use crate::permissions::Grant;

/// What an agent needs. What creates topic and tables may be taken away once they are there.
pub fn fleet_agent_grants(environment: &EnvironmentName) -> Vec<Grant> {
    let names = Names::of(environment);
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
            &format!("{}*", names.node_queues()),
        ),
        on(&["sqs:SendMessage"], "sqs", &format!("{}*", names.reply_queues())),
        on(&["sns:CreateTopic", "sns:Subscribe", "sns:TagResource"], "sns", &names.topic()),
        on(
            &["dynamodb:CreateTable", "dynamodb:DescribeTable", "dynamodb:PutItem", "dynamodb:TagResource"],
            "dynamodb",
            &format!("table/{}", names.nodes_table()),
        ),
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

/// In any region and account.
fn on(actions: &[&'static str], service: &str, resource: &str) -> Grant {
    Grant { actions: actions.to_vec(), resource: format!("arn:aws:{service}:*:*:{resource}") }
}
