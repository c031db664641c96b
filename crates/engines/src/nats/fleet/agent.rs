//! An agent's side.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::{EnvironmentName, ReplyAddress};
use bellwether_core::fleet::transport::{AgentTransport, Delivery, Receipt, TransportError};
use bellwether_core::names::NodeId;
use bellwether_core::text::shown;

use super::connection::Connection;
use super::failure::{self, failed, refuse_large};
use super::inbox::{Inbox, Item};
use super::listener::Listener;
use super::subjects::Subjects;
use super::{durable, inventory};

/// Requests that wait for the agent at most, in bytes.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// What tells the server that a durable request is dealt with.
const SETTLED: &[u8] = b"+ACK";

/// An agent's side, which listens as long as it lives. Any number of them can share one connection.
#[derive(Debug)]
pub struct AgentLink {
    connection: Connection,
    subjects: Subjects,
    node: NodeId,
    inbox: Arc<Inbox>,
    listener: Mutex<Option<Listener>>,
}

impl AgentLink {
    /// Listens for requests to a node of an environment, and to all of them.
    ///
    /// # Errors
    /// When the server cannot be reached, or refuses one of the subscriptions.
    pub async fn on(connection: &Connection, env: EnvironmentName, node: NodeId) -> Result<Self, TransportError> {
        let (subjects, inbox) = (Subjects::new(env), Arc::new(Inbox::new(MOST_BYTES)));
        let listened = vec![subjects.all(), subjects.node(&node), subjects.deliver(&node)];
        let what = connection.what("receiving requests");
        let listener = Listener::begin(connection, &what, listened, Arc::clone(&inbox)).await?;
        Ok(Self { connection: connection.clone(), subjects, node, inbox, listener: Mutex::new(Some(listener)) })
    }

    fn delivery(&self, item: Item) -> Delivery {
        let receipt = item.reply.filter(|reply| self.subjects.is_receipt(&self.node, reply));
        Delivery { message: item.message, receipt: Receipt(receipt.unwrap_or_default()) }
    }
}

#[async_trait]
impl AgentTransport for AgentLink {
    async fn receive(&self) -> Result<Delivery, TransportError> {
        let item = self.inbox.next(&self.connection.what("receiving requests")).await?;
        Ok(self.delivery(item))
    }

    async fn settle(&self, receipt: &Receipt) -> Result<(), TransportError> {
        if receipt.0.is_empty() {
            return Ok(());
        }
        let settled = self.connection.publish(std::slice::from_ref(&receipt.0), SETTLED).await;
        settled.map_err(|failure| failure::of(&self.connection.what("settling a durable request"), &failure))
    }

    fn accepts(&self, to: &ReplyAddress, call: RequestId, durable: bool) -> bool {
        *to == self.subjects.reply(call, durable)
    }

    async fn reply(
        &self,
        to: &ReplyAddress,
        call: RequestId,
        durable: bool,
        message: &[u8],
    ) -> Result<(), TransportError> {
        let what = self.connection.what(&format!("replying to call {call}"));
        refuse_large(&what, message)?;
        if !self.accepts(to, call, durable) {
            let why = format!("'{}' is not where the replies of this call are awaited", shown(&to.0));
            return Err(failed(&what, why, "find out what made the request: no caller of this program does so"));
        }
        if durable {
            return durable::keep_reply(&self.connection, &self.subjects, call, message, &what).await;
        }
        let sent = self.connection.publish(std::slice::from_ref(&to.0), message).await;
        sent.map_err(|failure| failure::of(&what, &failure))
    }

    async fn announce(&self, record: &[u8]) -> Result<(), TransportError> {
        let what = self.connection.what(&format!("announcing node '{}'", self.node));
        refuse_large(&what, record)?;
        inventory::announce(&self.connection, &self.subjects, &self.node, record, &what).await
    }

    async fn close(&self) {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.inbox.close();
        // What is sent is sent when this returns; that the server is away is no news to who closes.
        let _ = self.connection.publish(&[], &[]).await;
    }
}
