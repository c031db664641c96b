//! How the queues of the transport are set.

use std::collections::BTreeMap;
use std::time::Duration;

use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::LONGEST_TTL;
use bellwether_core::names::NodeId;
use serde_json::json;

use super::names::Names;
use crate::queues::{LONGEST_BODY, QueueAttributes};
use crate::settings::LONGEST_POLL;

/// The tags by which people and `clean` know what a queue is.
pub(super) const ENVIRONMENT_TAG: &str = "bellwether:environment";
pub(super) const NODE_TAG: &str = "bellwether:node";
const CALL_TAG: &str = "bellwether:call";

/// For how long a message that was received stays hidden: from then on it comes again, unless it was deleted. An agent
/// writes a request to its journal within much less.
pub(super) const VISIBILITY: Duration = Duration::from_secs(10);
/// Replies wait this long for a caller that is held up.
const REPLIES_KEPT: Duration = Duration::from_secs(24 * 3_600);

/// A node's queue: what is sent while its agent is away waits for as long as any request lives.
pub(super) fn of_node(names: &Names, node: &NodeId) -> QueueAttributes {
    attributes(names, LONGEST_TTL, (NODE_TAG, node.as_str()))
}

/// The queue for the replies of a call.
pub(super) fn of_call(names: &Names, call: RequestId) -> QueueAttributes {
    attributes(names, REPLIES_KEPT, (CALL_TAG, &call.to_string()))
}

fn attributes(names: &Names, retention: Duration, (tag, value): (&str, &str)) -> QueueAttributes {
    let tags = [(ENVIRONMENT_TAG, names.environment.as_str()), (tag, value)];
    QueueAttributes {
        visibility: VISIBILITY,
        retention,
        max_message_size: u32::try_from(LONGEST_BODY).unwrap_or(u32::MAX),
        wait: LONGEST_POLL,
        policy: None,
        tags: BTreeMap::from(tags.map(|(key, value)| (key.to_owned(), tag_value(value)))),
    }
}

/// Beside the account itself, by IAM, the topic alone may send.
pub(super) fn policy(queue_arn: &str, topic_arn: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "bellwether",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
        }],
    })
    .to_string()
}

/// A text with the characters that every service of AWS takes in tags.
fn tag_value(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " +-=._:/@".contains(c);
    text.chars().map(|c| if allowed(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_topic_and_nobody_else() {
        let policy: serde_json::Value = serde_json::from_str(&policy("arn:q", "arn:t")).unwrap();
        let statements = policy["Statement"].as_array().unwrap();
        assert_eq!(statements.len(), 1);
        assert_eq!(statements[0]["Condition"], json!({"ArnEquals": {"aws:SourceArn": "arn:t"}}));
        assert_eq!(statements[0]["Action"], "sqs:SendMessage");
    }

    #[test]
    fn tags_hold_only_what_aws_takes() {
        assert_eq!(tag_value("w\u{e4}b-1*[x]"), "w_b-1__x_");
    }
}
