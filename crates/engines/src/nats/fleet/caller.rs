//! A caller's side.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::{EnvironmentName, ReplyAddress};
use bellwether_core::fleet::transport::{Audience, CallerTransport, InventoryEntry, TransportError};

use super::connection::Connection;
use super::failure::{self, failed, refuse_large};
use super::inbox::Inbox;
use super::inventory::Announcement;
use super::listener::Listener;
use super::subjects::Subjects;
use super::{durable, inventory};

/// Replies that wait for the caller at most, in bytes.
const MOST_BYTES: usize = 128 * 1024 * 1024;

/// A caller's side.
#[derive(Debug)]
pub struct CallerLink {
    connection: Connection,
    subjects: Subjects,
    inbox: Arc<Inbox>,
    listeners: Mutex<Vec<Listener>>,
}

impl CallerLink {
    /// A caller of an environment.
    pub fn on(connection: &Connection, env: EnvironmentName) -> Self {
        let inbox = Arc::new(Inbox::new(MOST_BYTES));
        Self { connection: connection.clone(), subjects: Subjects::new(env), inbox, listeners: Mutex::default() }
    }

    /// When each node of the inventory last announced itself.
    ///
    /// # Errors
    /// When not all of the inventory could be read.
    pub async fn announcements(&self) -> Result<Vec<Announcement>, TransportError> {
        let what = self.connection.what("reading the inventory");
        inventory::announcements(&self.connection, &self.subjects, &what).await
    }

    /// Removes a node from the inventory, where its agent will never run again. Answers whether it did: not when the node
    /// has announced itself since then.
    ///
    /// # Errors
    /// When it was certainly or possibly not removed.
    pub async fn forget(&self, last: &Announcement) -> Result<bool, TransportError> {
        let what = self.connection.what(&format!("removing node '{}' from the inventory", last.node));
        inventory::forget(&self.connection, &self.subjects, last, &what).await
    }
}

#[async_trait]
impl CallerTransport for CallerLink {
    async fn listen(&self, call: RequestId, durable: bool) -> Result<ReplyAddress, TransportError> {
        let what = self.connection.what("listening for replies");
        if durable {
            durable::make_streams(&self.connection, &self.subjects, &what).await?;
        }
        let address = self.subjects.reply(call, durable);
        let inbox = Arc::clone(&self.inbox);
        let listener = Listener::begin(&self.connection, &what, vec![address.0.clone()], inbox).await?;
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
        Ok(address)
    }

    async fn send(&self, to: Audience<'_>, durable: bool, message: &[u8]) -> Result<(), TransportError> {
        let what = self.connection.what("sending a request");
        refuse_large(&what, message)?;
        let subjects: Vec<String> = match to {
            Audience::Nodes(nodes) if durable => {
                return durable::send(&self.connection, &self.subjects, nodes, message, &what).await;
            }
            Audience::Everyone if durable => {
                let why = "a durable request is kept for each node, and needs their names";
                return Err(failed(&what, why, "name the nodes"));
            }
            Audience::Everyone => vec![self.subjects.all()],
            Audience::Nodes(nodes) => nodes.iter().map(|node| self.subjects.node(node)).collect(),
        };
        let sent = self.connection.publish(&subjects, message).await;
        sent.map_err(|failure| failure::of(&what, &failure))
    }

    async fn receive(&self) -> Result<Vec<u8>, TransportError> {
        let what = self.connection.what("receiving replies");
        self.inbox.next(&what).await.map(|item| item.message)
    }

    async fn inventory(&self) -> Result<Vec<InventoryEntry>, TransportError> {
        inventory::read(&self.connection, &self.subjects, &self.connection.what("reading the inventory")).await
    }

    async fn results(&self, call: RequestId) -> Result<Vec<Vec<u8>>, TransportError> {
        let what = self.connection.what(&format!("reading the results of call {call}"));
        durable::results(&self.connection, &self.subjects, call, &what).await
    }

    async fn close(&self) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.inbox.close();
        // What is sent is sent when this returns; that the server is away is no news to who closes.
        let _ = self.connection.publish(&[], &[]).await;
    }
}
