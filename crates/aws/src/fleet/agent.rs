//! An agent's side.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::ReplyAddress;
use bellwether_core::fleet::transport::{AgentTransport, Delivery, Receipt, TransportError};
use bellwether_core::names::NodeId;

use super::failure::{closed, failed, while_trying};
use super::inbox::Inbox;
use super::{AwsFleet, body, queue};
use crate::api_error::{ApiError, ApiErrorKind};
use crate::queues::{Queue, QueueAttributes};
use crate::text::shown;

/// SQS asks for a second until a new queue can be sent to.
const QUEUE_SETTLES: Duration = Duration::from_secs(1);
/// How often a queue that seems not to be there is tried.
const TRIES: u32 = 3;
/// How many callers are remembered that have gone.
const MOST_GONE: usize = 256;

/// An agent's side of the transport, for one node.
#[derive(Debug)]
pub struct AwsAgent {
    fleet: AwsFleet,
    node: NodeId,
    inbox: Inbox,
    /// The queues of callers that have gone, for which nobody need wait again.
    gone: Mutex<HashSet<String>>,
}

impl AwsAgent {
    pub(super) async fn open(fleet: AwsFleet, node: &NodeId) -> Result<Self, TransportError> {
        let queue = set_up(&fleet, node).await.map_err(while_trying(format!("setting up the queue of {node}")))?;
        let inbox = Inbox::new(fleet.queues.clone(), queue, 1);
        Ok(Self { fleet, node: node.clone(), inbox, gone: Mutex::default() })
    }

    fn what(&self) -> String {
        format!("receiving requests for {}", self.node)
    }

    /// Sends to the queue of a caller. That there is none is no error: a caller that has gone misses nothing.
    async fn send(&self, name: &str, body: &str) -> Result<(), ApiError> {
        let queue = self.inbox.queue().beside(name);
        let tries = if self.gone().contains(name) { 1 } else { TRIES };
        for tried in 1..=tries {
            match self.fleet.queues.send(&queue, body).await {
                Err(error) if error.kind == ApiErrorKind::NotFound => {}
                sent => return sent.map(|_| ()),
            }
            if tried < tries {
                tokio::time::sleep(QUEUE_SETTLES).await;
            }
        }
        tracing::debug!("there is no queue {name}: its caller has gone");
        self.remember_gone(name);
        Ok(())
    }

    fn gone(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.gone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember_gone(&self, name: &str) {
        let mut gone = self.gone();
        if gone.len() >= MOST_GONE {
            gone.clear();
        }
        gone.insert(name.to_owned());
    }
}

/// Makes what the node needs, and leaves what is there and right.
async fn set_up(fleet: &AwsFleet, node: &NodeId) -> Result<Queue, ApiError> {
    let (name, plain) = (fleet.names.node_queue(node), queue::of_node(&fleet.names, node));
    // The policy names queue and topic by ARNs that only a queue tells.
    let place = match fleet.place.get() {
        Some(place) => place,
        None => fleet.place_of(&fleet.queues.create(&name, &plain).await?.queue).await?,
    };
    let (queue, topic) = (place.queue(&name), place.topic(&fleet.names.topic()));
    let attributes = QueueAttributes { policy: Some(queue::policy(&queue, &topic)), ..plain };
    let made = fleet.queues.create(&name, &attributes).await?.queue;
    fleet.topics.subscribe(&topic, &queue, &fleet.names).await?;
    Ok(made)
}

#[async_trait]
impl AgentTransport for AwsAgent {
    async fn receive(&self) -> Result<Delivery, TransportError> {
        match self.inbox.next().await {
            Ok(Some(message)) => {
                Ok(Delivery { message: body::decode(message.body), receipt: Receipt(message.receipt) })
            }
            Ok(None) => Err(closed(&self.what())),
            Err(error) => {
                // Somebody took this node for gone, and cleaned up.
                if error.kind == ApiErrorKind::NotFound {
                    set_up(&self.fleet, &self.node).await.map_err(while_trying(self.what()))?;
                }
                Err(while_trying(self.what())(error))
            }
        }
    }

    /// Deletes it soon, with others: one request of SQS for up to ten. Until then it may come again.
    async fn settle(&self, receipt: &Receipt) -> Result<(), TransportError> {
        self.inbox.delete(receipt.0.clone());
        Ok(())
    }

    fn accepts(&self, to: &ReplyAddress, call: RequestId, _durable: bool) -> bool {
        to.0 == self.fleet.names.reply_queue(call)
    }

    async fn reply(
        &self,
        to: &ReplyAddress,
        call: RequestId,
        durable: bool,
        message: &[u8],
    ) -> Result<(), TransportError> {
        let what = format!("replying to the call {call}");
        let name = self.fleet.names.reply_queue(call);
        if !self.accepts(to, call, durable) {
            let why = format!("'{}' is not where its replies go", shown(&to.0));
            return Err(failed(what, why, "find out who sent it, and take that key away"));
        }
        let text = body::encode(&what, message)?;
        if durable {
            self.fleet.tables.put_reply(call, message).await.map_err(while_trying(&what))?;
        }
        self.send(&name, &text).await.map_err(while_trying(what))
    }

    async fn announce(&self, record: &[u8]) -> Result<(), TransportError> {
        let what = format!("telling the inventory of {} about {}", self.fleet.names.environment, self.node);
        body::check_size(&what, record)?;
        self.fleet.tables.put_node(&self.node, record).await.map_err(while_trying(what))
    }

    async fn close(&self) {
        self.inbox.close().await;
    }
}
