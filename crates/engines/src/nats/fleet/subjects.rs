//! What the subjects, streams and consumers of an environment are called.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::{EnvironmentName, ReplyAddress};
use bellwether_core::names::NodeId;

use crate::nats::keys::{name, token};

/// The longest token of a node's name that a consumer is named after; servers take 255 characters.
const LONGEST_LEGIBLE: usize = 200;

/// The names of one environment. An environment's name is one token of a subject, and part of a stream's name.
#[derive(Debug, Clone)]
pub(super) struct Subjects {
    env: EnvironmentName,
}

impl Subjects {
    pub(super) fn new(env: EnvironmentName) -> Self {
        Self { env }
    }

    /// Requests to everyone.
    pub(super) fn all(&self) -> String {
        format!("bw.{}.all", self.env)
    }

    /// Requests to a node.
    pub(super) fn node(&self, node: &NodeId) -> String {
        format!("bw.{}.node.{}", self.env, token(node.as_str()))
    }

    /// Where the server delivers durable requests for a node.
    pub(super) fn deliver(&self, node: &NodeId) -> String {
        format!("bw.{}.deliver.{}", self.env, token(node.as_str()))
    }

    /// Where the replies of a call are awaited. An agent replies to no other address.
    pub(super) fn reply(&self, call: RequestId, durable: bool) -> ReplyAddress {
        ReplyAddress(format!("bw.{}.{}reply.{call}", self.env, if durable { "durable." } else { "" }))
    }

    /// How the subjects begin at which an agent awaits the server's answers.
    pub(super) fn agent_inbox(&self, node: &NodeId) -> String {
        format!("_INBOX.bw.{}.agent.{}", self.env, token(node.as_str()))
    }

    /// How the subjects begin at which callers await the server's answers.
    pub(super) fn caller_inbox(&self) -> String {
        format!("_INBOX.bw.{}.caller", self.env)
    }

    /// The stream of durable requests.
    pub(super) fn requests_stream(&self) -> String {
        format!("bw_{}_requests", self.env)
    }

    /// Durable requests to all nodes.
    pub(super) fn all_requests(&self) -> String {
        format!("bw.{}.durable.node.*", self.env)
    }

    /// Durable requests to a node.
    pub(super) fn durable_node(&self, node: &NodeId) -> String {
        format!("bw.{}.durable.node.{}", self.env, token(node.as_str()))
    }

    /// The consumer that delivers durable requests to a node. No two nodes have the same: where a name is too long to
    /// be part of it, its digest is.
    pub(super) fn consumer(&self, node: &NodeId) -> String {
        let name = token(node.as_str());
        if name.len() <= LONGEST_LEGIBLE {
            return format!("n-{name}");
        }
        format!("h-{}", BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, node.as_str().as_bytes())))
    }

    /// The stream of the replies to durable requests.
    pub(super) fn results_stream(&self) -> String {
        format!("bw_{}_results", self.env)
    }

    /// The replies to all durable requests.
    pub(super) fn all_results(&self) -> String {
        format!("bw.{}.durable.reply.*", self.env)
    }

    /// The bucket of the inventory.
    pub(super) fn inventory_bucket(&self) -> String {
        format!("bw_{}_nodes", self.env)
    }

    /// The stream behind it, as every NATS client names it.
    pub(super) fn inventory_stream(&self) -> String {
        format!("KV_{}", self.inventory_bucket())
    }

    /// All that the inventory holds.
    pub(super) fn inventory(&self) -> String {
        format!("$KV.{}.>", self.inventory_bucket())
    }

    /// What the inventory holds of a node.
    pub(super) fn inventory_node(&self, node: &NodeId) -> String {
        format!("$KV.{}.node.{}", self.inventory_bucket(), token(node.as_str()))
    }

    /// The node whose place in the inventory a subject is; none where it is nobody's.
    pub(super) fn node_of_inventory(&self, subject: &str) -> Option<NodeId> {
        let place = subject.strip_prefix(&format!("$KV.{}.node.", self.inventory_bucket()))?;
        NodeId::new(name(place)?).ok()
    }

    /// Whether a subject is one at which the server waits to hear that a durable request of this node is dealt with:
    /// `$JS.ACK.STREAM.CONSUMER.` and numbers, or with domain and account before the stream. Others may send a message
    /// with any subject for its answer.
    pub(super) fn is_receipt(&self, node: &NodeId, subject: &str) -> bool {
        let tokens: Vec<&str> = subject.split('.').collect();
        let first = match tokens.len() {
            9 => 2,
            11.. => 4,
            _ => return false,
        };
        subject.starts_with("$JS.ACK.")
            && tokens[first] == self.requests_stream()
            && tokens[first + 1] == self.consumer(node)
            && tokens.iter().all(|token| !token.is_empty() && !token.contains(['*', '>', ' ', '\r', '\n', '\t']))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_core::names::LONGEST_NAME;

    fn subjects() -> Subjects {
        Subjects::new("production".parse().unwrap())
    }

    #[test]
    fn consumers_have_names_that_servers_take_and_no_two_nodes_share() {
        let long = "*".repeat(LONGEST_NAME);
        let almost = format!("{}>", &long[1..]);
        let names = ["i-1", "i.1", "I-1", "h-", &long, &almost];
        let consumers: std::collections::BTreeSet<String> =
            names.iter().map(|name| subjects().consumer(&NodeId::new(*name).unwrap())).collect();
        assert_eq!(consumers.len(), names.len());
        for consumer in consumers {
            assert!(consumer.len() <= 255 && !consumer.contains(['.', '*', '>', ' ', '/', '\\']), "{consumer}");
        }
    }

    #[test]
    fn a_place_in_the_inventory_tells_its_node() {
        for name in ["i-1", "i 2.*"] {
            let node = NodeId::new(name).unwrap();
            assert_eq!(subjects().node_of_inventory(&subjects().inventory_node(&node)), Some(node));
        }
        for other in ["$KV.bw_production_nodes.node.", "$KV.bw_production_nodes.other.i-1", "$KV.bw_x_nodes.node.i-1"] {
            assert_eq!(subjects().node_of_inventory(other), None, "{other}");
        }
    }

    #[test]
    fn a_receipt_is_of_the_nodes_own_consumer() {
        let node = NodeId::new("i-1").unwrap();
        let is = |subject: &str| subjects().is_receipt(&node, subject);
        assert!(is("$JS.ACK.bw_production_requests.n-i-1.1.20.3.1700000000.44"));
        assert!(is("$JS.ACK._.hash.bw_production_requests.n-i-1.1.20.3.1700000000.44.token"));
        for other in [
            "",
            "$JS.API.STREAM.DELETE.bw_production_requests",
            "$JS.ACK.bw_production_requests.n-i-2.1.20.3.1700000000.44",
            "$JS.ACK.bw_staging_requests.n-i-1.1.20.3.1700000000.44",
            "$JS.ACK.bw_production_requests.n-i-1.1.20.3.1700000000.*",
            "$JS.ACK.bw_production_requests.n-i-1.1.20.3..44",
            "bw.production.all",
        ] {
            assert!(!is(other), "{other}");
        }
    }
}
