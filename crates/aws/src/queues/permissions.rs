//! What the roles of the old fleet protocol must be allowed, on the three queues of an environment.

use crate::permissions::Grant;

const MASTER: &str = "master";
const AGENT: &str = "agent";
const FACTS: &str = "facts";

/// What `ec2-cagent` needs.
pub fn collective_agent_grants(prefix: &str) -> Vec<Grant> {
    vec![
        on(&["sqs:GetQueueUrl", "sqs:ReceiveMessage"], prefix, MASTER),
        on(&["sqs:GetQueueUrl", "sqs:SendMessage"], prefix, AGENT),
        on(&["sqs:GetQueueUrl", "sqs:SendMessage"], prefix, FACTS),
    ]
}

/// What `ec2-cmaster` needs. Whoever has it is root on every host of the environment.
pub fn collective_master_grants(prefix: &str) -> Vec<Grant> {
    let with_own = ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"];
    vec![
        on(&[&with_own[..], &["sqs:SendMessage"]].concat(), prefix, MASTER),
        on(&with_own, prefix, AGENT),
        on(&["sqs:GetQueueUrl", "sqs:ReceiveMessage"], prefix, FACTS),
    ]
}

/// What making, looking at and deleting the queues needs.
pub fn collective_queue_grants(prefix: &str) -> Vec<Grant> {
    let actions = [
        "sqs:CreateQueue",
        "sqs:DeleteQueue",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ListQueueTags",
        "sqs:SetQueueAttributes",
    ];
    [MASTER, AGENT, FACTS].map(|suffix| on(&actions, prefix, suffix)).to_vec()
}

/// In any region and account.
fn on(actions: &[&'static str], prefix: &str, suffix: &str) -> Grant {
    Grant { actions: actions.to_vec(), resource: format!("arn:aws:sqs:*:*:{prefix}_{suffix}"), condition: None }
}
