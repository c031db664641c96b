//! How environments and nodes are written in the names of queues, topics and tables.
//!
//! These take letters, digits, `-` and `_` alone, and a queue's name at most 80 of them. So `_` escapes: itself as `__`,
//! every other byte as `_` and two hexadecimal digits. An environment has its `-` escaped too, so that the names of
//! another one never begin as its own do: policies and lists count on that. What is too long keeps its beginning, and ends
//! with `_H` (which no escape is) and a part of its SHA-256. Different nodes of different environments thus have
//! different names.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::names::NodeId;

use crate::queues::LONGEST_NAME;

/// The longest that an environment may be written, so that a call's id fits behind it.
const LONGEST_ENVIRONMENT: usize = LONGEST_NAME - "bw--reply-".len() - "01234567-0123-0123-0123-0123456789ab".len();
/// How many bytes of the hash are kept.
const HASH_KEPT: usize = 12;

/// The names of what an environment has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// As people write it.
    pub(super) environment: String,
    encoded: String,
}

impl Names {
    pub(super) fn of(environment: &EnvironmentName) -> Self {
        let encoded = fitting(&escaped(environment.as_str(), false), environment.as_str(), LONGEST_ENVIRONMENT);
        Self { environment: environment.as_str().to_owned(), encoded }
    }

    pub(super) fn topic(&self) -> String {
        format!("bw-{}", self.encoded)
    }

    pub(super) fn node_queue(&self, node: &NodeId) -> String {
        let prefix = self.node_queues();
        let node = fitting(&escaped(node.as_str(), true), node.as_str(), LONGEST_NAME - prefix.len());
        format!("{prefix}{node}")
    }

    /// How the names of nodes' queues begin.
    pub(super) fn node_queues(&self) -> String {
        format!("bw-{}-node-", self.encoded)
    }

    pub(super) fn reply_queue(&self, call: RequestId) -> String {
        format!("{}{call}", self.reply_queues())
    }

    /// How the names of reply queues begin.
    pub(super) fn reply_queues(&self) -> String {
        format!("bw-{}-reply-", self.encoded)
    }

    pub(super) fn nodes_table(&self) -> String {
        format!("bw-{}-nodes", self.encoded)
    }

    pub(super) fn results_table(&self) -> String {
        format!("bw-{}-results", self.encoded)
    }
}

fn escaped(text: &str, keeps_hyphens: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'_' => escaped.push_str("__"),
            b'-' if keeps_hyphens => escaped.push('-'),
            _ if byte.is_ascii_alphanumeric() => escaped.push(char::from(byte)),
            _ => push_hex(&mut escaped, "_", byte),
        }
    }
    escaped
}

/// The escaped text where it fits, else its beginning and the hash of the whole.
fn fitting(escaped: &str, text: &str, longest: usize) -> String {
    if escaped.len() <= longest {
        return escaped.to_owned();
    }
    let mut hash = String::from("_H");
    for byte in &digest(&SHA256, text.as_bytes()).as_ref()[..HASH_KEPT] {
        push_hex(&mut hash, "", *byte);
    }
    format!("{}{hash}", &escaped[..longest - hash.len()])
}

fn push_hex(text: &mut String, before: &str, byte: u8) {
    // Writing into a text cannot fail.
    let _ = write!(text, "{before}{byte:02X}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(environment: &str) -> Names {
        Names::of(&environment.parse().unwrap())
    }

    fn queue(environment: &str, node: &str) -> String {
        names(environment).node_queue(&NodeId::new(node).unwrap())
    }

    #[test]
    fn usual_names_stay_readable() {
        assert_eq!(queue("production", "i-0123456789abcdef0"), "bw-production-node-i-0123456789abcdef0");
        assert_eq!(queue("staging_2", "web-1.example.com"), "bw-staging__2-node-web-1_2Eexample_2Ecom");
        assert_eq!(names("eu-prod").topic(), "bw-eu_2Dprod");
        assert_eq!(names("prod").nodes_table(), "bw-prod-nodes");
        assert_eq!(names("prod").results_table(), "bw-prod-results");
    }

    #[test]
    fn the_names_of_one_environment_never_begin_as_those_of_another() {
        assert!(!queue("a-node", "b").starts_with(&names("a").node_queues()));
        assert_ne!(queue("a", "node-b"), queue("a-node", "b"));
        assert_ne!(queue("a", "b_2Ec"), queue("a", "b.c"));
    }

    #[test]
    fn the_longest_names_fit_and_differ() {
        let call = RequestId::new(jiff::Timestamp::UNIX_EPOCH, [7; 10]);
        for environment in ["x".repeat(32), "-".repeat(32), "_".repeat(32)] {
            assert!(names(&environment).reply_queue(call).len() <= LONGEST_NAME);
            assert_ne!(queue(&environment, &"y".repeat(200)), queue(&environment, &"y".repeat(199)));
        }
    }

    proptest! {
        #[test]
        fn different_nodes_have_different_queues_that_sqs_takes(
            one in ("[a-z_-]{1,32}", "[ -~\u{e4}]{1,60}"), other in ("[a-z_-]{1,32}", "[ -~\u{e4}]{1,60}"),
        ) {
            let (first, second) = (queue(&one.0, &one.1), queue(&other.0, &other.1));
            prop_assert_eq!(one == other, first == second);
            prop_assert!(first.len() <= LONGEST_NAME);
            prop_assert!(first.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
        }

        #[test]
        fn nodes_that_look_alike_have_different_queues(one in "[a_.2DE-]{1,8}", other in "[a_.2DE-]{1,8}") {
            prop_assert_eq!(one == other, queue("e", &one) == queue("e", &other));
        }
    }
}
