//! A caller's side.

use std::sync::Arc;

use async_trait::async_trait;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::ReplyAddress;
use bellwether_core::fleet::transport::{Audience, CallerTransport, InventoryEntry, TransportError};
use bellwether_core::names::NodeId;
use futures_util::StreamExt;
use tokio::sync::watch;

use super::failure::{closed, failed, while_trying};
use super::inbox::Inbox;
use super::tables::NodeItem;
use super::{AwsFleet, body, queue};
use crate::api_error::{ApiError, ApiErrorKind};

/// How many nodes are sent to at the same time.
const AT_ONCE: usize = 16;
/// How many polls there may be at once: one brings ten replies, and a thousand nodes send thousands.
const MOST_POLLS: usize = 8;
/// How many nodes an error names.
const NODES_NAMED: usize = 5;

/// A caller's side of the transport, for one call.
#[derive(Debug)]
pub struct AwsCaller {
    fleet: AwsFleet,
    state: watch::Sender<State>,
}

/// Where replies come in.
#[derive(Debug, Clone)]
enum State {
    NotYet,
    Listening(Arc<Inbox>),
    Closed,
}

impl AwsCaller {
    pub(super) fn new(fleet: AwsFleet) -> Self {
        Self { fleet, state: watch::Sender::new(State::NotYet) }
    }

    /// The inbox; none before one listens.
    fn listening(&self, what: &str) -> Result<Option<Arc<Inbox>>, TransportError> {
        match &*self.state.borrow() {
            State::Listening(inbox) => Ok(Some(inbox.clone())),
            State::NotYet => Ok(None),
            State::Closed => Err(closed(what)),
        }
    }

    async fn publish(&self, inbox: Option<&Inbox>, body: &str) -> Result<(), ApiError> {
        let place = match inbox {
            Some(inbox) => self.fleet.place_of(inbox.queue()).await?,
            None => self.fleet.place().await?,
        };
        self.fleet.topics.publish(&place.topic(&self.fleet.names.topic()), body).await
    }

    /// Sends to each of the nodes; the errors, each with its node.
    async fn send_each<'a>(
        &self,
        inbox: Option<&Inbox>,
        nodes: &'a [NodeId],
        body: &str,
    ) -> Vec<(&'a NodeId, ApiError)> {
        let send =
            |node: &'a NodeId| async move { self.send_to(inbox, node, body).await.err().map(|error| (node, error)) };
        let sends: Vec<_> = nodes.iter().map(send).collect();
        let sent = futures_util::stream::iter(sends).buffer_unordered(AT_ONCE);
        sent.filter_map(std::future::ready).collect().await
    }

    async fn send_to(&self, inbox: Option<&Inbox>, node: &NodeId, body: &str) -> Result<(), ApiError> {
        let name = self.fleet.names.node_queue(node);
        let queue = match inbox {
            Some(inbox) => inbox.queue().beside(&name),
            None => self.fleet.queues.find(&name).await?.ok_or_else(|| no_queue(&name))?,
        };
        self.fleet.queues.send(&queue, body).await.map(|_| ())
    }
}

fn no_queue(name: &str) -> ApiError {
    ApiError {
        kind: ApiErrorKind::NotFound,
        message: format!("there is no queue {name}"),
        remedy: "check the name of the node".to_owned(),
    }
}

#[async_trait]
impl CallerTransport for AwsCaller {
    async fn listen(&self, call: RequestId, _: bool) -> Result<ReplyAddress, TransportError> {
        let what = format!("making a queue for the replies of the call {call}");
        if let State::Closed = &*self.state.borrow() {
            return Err(closed(&what));
        }
        let name = self.fleet.names.reply_queue(call);
        let created = self.fleet.queues.create(&name, &queue::of_call(&self.fleet.names, call)).await;
        let queue = created.map_err(while_trying(what))?.queue;
        let inbox = Inbox::new(self.fleet.queues.clone(), queue, MOST_POLLS);
        self.state.send_replace(State::Listening(Arc::new(inbox)));
        Ok(ReplyAddress(name))
    }

    async fn send(&self, to: Audience<'_>, durable: bool, message: &[u8]) -> Result<(), TransportError> {
        let environment = &self.fleet.names.environment;
        match to {
            Audience::Everyone => {
                let what = format!("sending to all nodes of {environment}");
                if durable {
                    return Err(failed(what, "a durable request needs the names of its nodes", "name the nodes"));
                }
                let text = body::encode(&what, message)?;
                let published = self.publish(self.listening(&what)?.as_deref(), &text).await;
                published.map_err(|error| nobody_yet(environment, what, error))
            }
            Audience::Nodes([]) => {
                let what = format!("reaching the queues of {environment}");
                let Some(inbox) = self.listening(&what)? else { return Ok(()) };
                let found = self.fleet.queues.find(inbox.queue().name()).await;
                found.map(|_| ()).map_err(while_trying(what))
            }
            Audience::Nodes(nodes) => {
                let what = format!("sending to {} nodes of {environment}", nodes.len());
                let text = body::encode(&what, message)?;
                let failures = self.send_each(self.listening(&what)?.as_deref(), nodes, &text).await;
                summary(what, nodes.len(), failures)
            }
        }
    }

    async fn receive(&self) -> Result<Vec<u8>, TransportError> {
        let what = format!("receiving replies of {}", self.fleet.names.environment);
        let mut states = self.state.subscribe();
        let state = states.wait_for(|state| !matches!(state, State::NotYet)).await;
        let State::Listening(inbox) = state.map_err(|_| closed(&what))?.clone() else { return Err(closed(&what)) };
        match inbox.next().await.map_err(while_trying(&what))? {
            Some(message) => {
                inbox.delete(message.receipt);
                Ok(body::decode(message.body))
            }
            None => Err(closed(&what)),
        }
    }

    async fn inventory(&self) -> Result<Vec<InventoryEntry>, TransportError> {
        let what = format!("reading the inventory of {}", self.fleet.names.environment);
        let nodes = self.fleet.tables.nodes().await.map_err(while_trying(what))?;
        // A key that is no node's name hides nobody.
        let entry = |item: NodeItem| Some(InventoryEntry { node: NodeId::new(item.node).ok()?, record: item.record });
        Ok(nodes.into_iter().filter_map(entry).collect())
    }

    async fn results(&self, call: RequestId) -> Result<Vec<Vec<u8>>, TransportError> {
        let what = format!("reading the results of {call}");
        self.fleet.tables.replies(call).await.map_err(while_trying(what))
    }

    async fn close(&self) {
        let State::Listening(inbox) = self.state.send_replace(State::Closed) else { return };
        inbox.close().await;
        if let Err(error) = self.fleet.queues.delete_queue(inbox.queue()).await {
            tracing::warn!("{}; 'bellwether agent --clean' deletes the queue later", error.message);
        }
    }
}

/// There is no topic before there is an agent.
fn nobody_yet(environment: &str, what: String, error: ApiError) -> TransportError {
    match error.kind {
        ApiErrorKind::NotFound => failed(
            what,
            format!("no agent of {environment} has ever run in this region and account: {}", error.message),
            "check the name of the environment, the region and the account; then start 'bellwether agent' on the nodes",
        ),
        _ => while_trying(what)(error),
    }
}

fn summary(what: String, all: usize, mut failures: Vec<(&NodeId, ApiError)>) -> Result<(), TransportError> {
    failures.sort_by(|one, other| one.0.cmp(other.0));
    let Some((_, first)) = failures.first() else { return Ok(()) };
    let mut named: Vec<_> = failures.iter().take(NODES_NAMED).map(|(node, _)| node.as_str()).collect();
    if failures.len() > NODES_NAMED {
        named.push("...");
    }
    let why = format!("{} of {all} nodes are not reached ({}): {}", failures.len(), named.join(", "), first.message);
    let remedy = match first.kind {
        ApiErrorKind::NotFound => {
            "check the names of the nodes: such a node never had an agent here, or was cleaned away".to_owned()
        }
        _ => first.remedy.clone(),
    };
    let are_gone = failures.iter().all(|(_, error)| error.kind == ApiErrorKind::NotFound);
    let mut error = failed(what, why, remedy);
    if are_gone || failures.len() < all {
        error.unreached = failures.iter().map(|(node, _)| (*node).clone()).collect();
    }
    Err(error)
}
