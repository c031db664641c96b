//! The replies that are kept of a durable call.

use std::collections::{BTreeMap, HashSet};

use bellwether_core::fleet::caller::believe::Doubt;
use bellwether_core::fleet::caller::order::{Missing, Order, Ready};
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::reply::Reply;
use bellwether_core::fleet::transport::TransportError;
use bellwether_core::names::NodeId;

use super::Caller;
use super::opener::open_all;

/// What is kept of a call.
#[derive(Default)]
pub(crate) struct Results {
    /// The believed replies, node by node, each node's in order; with what is missing before each.
    pub(crate) replies: Vec<(NodeId, Missing, Reply)>,
    /// Why others are not believed.
    pub(crate) doubts: Vec<Doubt>,
}

impl Caller {
    /// Reads what is kept of a call. Only these nodes were asked; with none, nobody knows whom it asked.
    ///
    /// # Errors
    /// When not all of it could be read.
    pub(crate) async fn results(&mut self, call: RequestId, asked: &[NodeId]) -> Result<Results, TransportError> {
        let messages = self.transport.results(call).await?;
        let opened = tokio::task::spawn_blocking(move || open_all::<Reply>(&messages)).await.unwrap_or_default();
        let asked: HashSet<&NodeId> = asked.iter().collect();
        let mut results = Results::default();
        let mut by_node: BTreeMap<NodeId, BTreeMap<u64, Reply>> = BTreeMap::new();
        for message in opened {
            if matches!(&message, Ok((_, reply)) if reply.call != call) {
                continue;
            }
            let checked = message.and_then(|opened| match &opened.1.node {
                node if !asked.is_empty() && !asked.contains(node) => Err(Doubt::NotAsked(node.clone())),
                _ => self.memory.believe_answer(opened, true),
            });
            match checked {
                Ok(reply) => {
                    by_node.entry(reply.node.clone()).or_default().entry(reply.seq).or_insert(reply);
                }
                Err(doubt) => results.doubts.push(doubt),
            }
        }
        for (node, replies) in by_node {
            results.add(&node, replies);
        }
        Ok(results)
    }
}

impl Results {
    fn add(&mut self, node: &NodeId, replies: BTreeMap<u64, Reply>) {
        let mut order = Order::default();
        for reply in replies.into_values() {
            let ready = order.take(reply);
            self.push(node, ready);
            while order.is_waiting() {
                let ready = order.give_up();
                self.push(node, ready);
            }
        }
    }

    fn push(&mut self, node: &NodeId, ready: Ready) {
        let mut missing = ready.missing;
        for reply in ready.replies {
            self.replies.push((node.clone(), missing, reply));
            missing = Missing::Nothing;
        }
    }
}
