//! What nobody uses any more: queues of nodes that are gone, what is known of them, and queues of callers that died.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bellwether_core::fleet::transport::TransportError;
use bellwether_core::names::NodeId;
use futures_util::{StreamExt, TryStreamExt};
use jiff::Timestamp;

use super::failure::while_trying;
use super::{AwsFleet, queue, tables};
use crate::api_error::ApiError;
use crate::queues::{Queue, QueueState};

/// How many queues are asked about at the same time.
const AT_ONCE: usize = 8;

/// What is left alone.
#[derive(Debug, Clone, Copy)]
pub struct CleanRules<'a> {
    /// Nodes that live, or may come back.
    pub keep: &'a [NodeId],
    /// Queues of nodes that were made, and nodes that spoke, within this time: one that has just started may be missing
    /// in the list of those that live.
    pub nodes_younger_than: Duration,
    /// Reply queues that were made within this time: their callers may still wait.
    pub replies_younger_than: Duration,
}

/// Something that may be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// What it is.
    pub kind: LeftoverKind,
    /// The name of the queue, or the node.
    pub name: String,
    /// The node it was for, as its tag tells.
    pub node: Option<String>,
    /// When it was made, or last spoke.
    pub since: Option<Timestamp>,
}

/// The kinds of what may be left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftoverKind {
    /// The queue of a node.
    NodeQueue,
    /// What a node said of itself.
    NodeRecord,
    /// The queue of a caller.
    ReplyQueue,
}

impl AwsFleet {
    /// What is left and may be removed, in the order of kinds and names. Nothing is changed.
    ///
    /// # Errors
    /// When AWS refuses or does not answer. Never a part of the list.
    pub async fn leftovers(&self, rules: &CleanRules<'_>) -> Result<Vec<Leftover>, TransportError> {
        let what = format!("looking for what is left in {}", self.names.environment);
        self.find_leftovers(rules).await.map_err(while_trying(what))
    }

    /// Removes these, one after the other; what became of each is in their order. It may be called again after an error.
    ///
    /// # Errors
    /// When not even a queue's subscriptions could be found out; nothing was removed then.
    pub async fn remove(&self, left: &[Leftover]) -> Result<Vec<Result<(), TransportError>>, TransportError> {
        let what = format!("finding the subscriptions of {}", self.names.environment);
        let subscriptions = self.subscriptions_of(left).await.map_err(while_trying(what))?;
        let mut results = Vec::with_capacity(left.len());
        for one in left {
            let removed = self.remove_one(one, &subscriptions).await;
            results.push(removed.map_err(while_trying(format!("removing {}", one.name))));
        }
        Ok(results)
    }

    async fn find_leftovers(&self, rules: &CleanRules<'_>) -> Result<Vec<Leftover>, ApiError> {
        let kept: HashSet<String> = rules.keep.iter().map(|node| self.names.node_queue(node)).collect();
        let now = tables::now().unwrap_or(Timestamp::MIN);
        let nodes_before = now.checked_sub(rules.nodes_younger_than).unwrap_or(Timestamp::MIN);
        let replies_before = now.checked_sub(rules.replies_younger_than).unwrap_or(Timestamp::MIN);
        let (node_queues, reply_queues, records) = tokio::try_join!(
            self.old_queues(self.names.node_queues(), LeftoverKind::NodeQueue, &kept, nodes_before),
            self.old_queues(self.names.reply_queues(), LeftoverKind::ReplyQueue, &kept, replies_before),
            self.old_records(rules.keep, nodes_before),
        )?;
        let mut found = [node_queues, records, reply_queues].concat();
        found.sort_by(|one, other| (one.kind, &one.name).cmp(&(other.kind, &other.name)));
        Ok(found)
    }

    /// The queues whose names begin so, are not kept, and were made before an instant.
    async fn old_queues(
        &self,
        prefix: String,
        kind: LeftoverKind,
        kept: &HashSet<String>,
        before: Timestamp,
    ) -> Result<Vec<Leftover>, ApiError> {
        let queues = self.queues.list(&prefix).await?.into_iter().filter(|queue| !kept.contains(queue.name()));
        let look = |queue: Queue| async move {
            let state = self.queues.state(&queue).await?;
            Ok::<_, ApiError>(state.and_then(|state| leftover(kind, &queue, &state, before)))
        };
        let looks: Vec<_> = queues.map(look).collect();
        let found = futures_util::stream::iter(looks).buffer_unordered(AT_ONCE).try_collect::<Vec<_>>().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn old_records(&self, keep: &[NodeId], before: Timestamp) -> Result<Vec<Leftover>, ApiError> {
        let keep: HashSet<&str> = keep.iter().map(NodeId::as_str).collect();
        let nodes = self.tables.nodes().await?.into_iter();
        let old = nodes.filter(|node| !keep.contains(node.node.as_str()) && node.seen.is_none_or(|seen| seen < before));
        Ok(old
            .map(|node| Leftover {
                kind: LeftoverKind::NodeRecord,
                node: Some(node.node.clone()),
                name: node.node,
                since: node.seen,
            })
            .collect())
    }

    /// The subscriptions of the environment's topic by queue, where any queue of a node is among these.
    async fn subscriptions_of(&self, left: &[Leftover]) -> Result<HashMap<String, String>, ApiError> {
        let Some(one) = left.iter().find(|one| one.kind == LeftoverKind::NodeQueue) else {
            return Ok(HashMap::new());
        };
        let Some(queue) = self.queues.find(&one.name).await? else { return Ok(HashMap::new()) };
        let topic = self.place_of(&queue).await?.topic(&self.names.topic());
        let by_arn = self.topics.subscriptions(&topic).await?.into_iter();
        let queue_name = |arn: &str| arn.rsplit(':').next().unwrap_or_default().to_owned();
        Ok(by_arn.map(|(queue, subscription)| (queue_name(&queue), subscription)).collect())
    }

    /// The subscription goes first: without its queue nothing would lead to it any more.
    async fn remove_one(&self, left: &Leftover, subscriptions: &HashMap<String, String>) -> Result<(), ApiError> {
        if left.kind == LeftoverKind::NodeRecord {
            return self.tables.remove_node(&left.name).await;
        }
        if let Some(subscription) = subscriptions.get(&left.name) {
            self.topics.unsubscribe(subscription).await?;
        }
        match self.queues.find(&left.name).await? {
            Some(queue) => self.queues.delete_queue(&queue).await,
            None => Ok(()),
        }
    }
}

fn leftover(kind: LeftoverKind, queue: &Queue, state: &QueueState, before: Timestamp) -> Option<Leftover> {
    // One whose age is not told is left.
    let created = state.created.filter(|created| *created < before)?;
    let node = state.tags.get(queue::NODE_TAG).cloned();
    Some(Leftover { kind, name: queue.name().to_owned(), node, since: Some(created) })
}
