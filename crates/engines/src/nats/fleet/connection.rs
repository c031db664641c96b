//! A connection that any number of agents and callers of one process share.

use std::sync::Arc;

use async_nats::client::{PublishError, PublishErrorKind};
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::TransportError;
use bellwether_core::names::NodeId;
use tokio::sync::{Mutex, watch};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::barrier::{Barrier, lost};
use super::failure::{self, failed};
use super::subjects::Subjects;
use crate::nats::NatsOptions;
use crate::nats::failure::Failure;
use crate::nats::link::{self, Link, Troubles};
use crate::nats::servers::Servers;

const FORM: &str = "write it as nats://[USER:PASSWORD@]HOST:PORT[,HOST:PORT...], or tls:// for TLS";
/// Messages that wait within the client at most, of each subscription, until they are in an inbox that counts bytes.
/// They do so only while the process is busy with others that arrived together with them.
const MOST_UNREAD: usize = 128 * 1024;
const PERMISSIONS: &str = "allow this user the subject in the server's configuration";
/// How often others get their turn before it is known that the server had nothing to say against a message.
const TURNS: u32 = 4;

/// A connection to the servers of a URL. Clones are handles to the same one; what it loses it makes anew.
#[derive(Clone)]
pub struct Connection {
    shared: Arc<Shared>,
}

struct Shared {
    servers: Servers,
    link: Link,
    barrier: Mutex<Option<Arc<Barrier>>>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("servers", &self.shared.servers.to_string()).finish_non_exhaustive()
    }
}

impl Connection {
    /// Connects to `nats://[USER:PASSWORD@|TOKEN@]HOST[:PORT][,HOST[:PORT]...]`, or `tls://` for TLS. What credentials
    /// hold of `@`, `:`, `/` and `%` is written as %40, %3A, %2F and %25.
    ///
    /// # Errors
    /// When the URL is no such URL, or no server can be reached within the options' time.
    pub async fn open(url: &str, options: NatsOptions) -> Result<Self, TransportError> {
        Self::with_inbox(url, options, None).await
    }

    /// The same for one agent alone. The server's answers come to `_INBOX.bw.ENV.agent.ID`, so that its user needs no
    /// right to those of others.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn of_agent(
        url: &str,
        options: NatsOptions,
        env: &EnvironmentName,
        node: &NodeId,
    ) -> Result<Self, TransportError> {
        Self::with_inbox(url, options, Some(Subjects::new(env.clone()).agent_inbox(node))).await
    }

    /// The same for callers alone. The server's answers come to `_INBOX.bw.ENV.caller`, where no agent may look.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn of_caller(url: &str, options: NatsOptions, env: &EnvironmentName) -> Result<Self, TransportError> {
        Self::with_inbox(url, options, Some(Subjects::new(env.clone()).caller_inbox())).await
    }

    async fn with_inbox(url: &str, options: NatsOptions, inbox: Option<String>) -> Result<Self, TransportError> {
        let unreadable = |why: String| failed("connecting to NATS", format!("the URL {why}"), FORM);
        let (servers, path) = Servers::parse(url).map_err(unreadable)?;
        if path.is_some_and(|path| !path.is_empty()) {
            return Err(unreadable("has something behind its servers".to_owned()));
        }
        let link =
            Link::new(&servers, options, MOST_UNREAD).map_err(|error| unreadable(error.to_string()))?.with_inbox(inbox);
        let connection = Self { shared: Arc::new(Shared { servers, link, barrier: Mutex::default() }) };
        connection.barrier().await.map_err(|failure| failure::of(&connection.what("connecting"), &failure))?;
        Ok(connection)
    }

    /// What is tried, and where.
    pub(super) fn what(&self, what: &str) -> String {
        format!("{what} by {}", self.shared.servers)
    }

    pub(super) fn link(&self) -> &Link {
        &self.shared.link
    }

    /// The barrier of a connection that is usable at this moment.
    pub(super) async fn barrier(&self) -> Result<Arc<Barrier>, Failure> {
        let mut current = self.shared.barrier.lock().await;
        let connection = self.shared.link.connected().await?;
        if let Some(barrier) = current.as_ref().filter(|it| Arc::ptr_eq(&it.connection, &connection)) {
            return Ok(Arc::clone(barrier));
        }
        Ok(Arc::clone(current.insert(Arc::new(Barrier::on(connection).await?))))
    }

    /// Sends a message to each of the subjects, and waits until the server has taken them.
    pub(super) async fn publish(&self, subjects: &[String], message: &[u8]) -> Result<(), Failure> {
        let limit = self.shared.link.limit();
        let mut used = None;
        match timeout(limit, self.publish_on(&mut used, subjects, message)).await {
            Ok(published) => published,
            Err(_) => {
                if let Some(connection) = used {
                    self.shared.link.leave(&connection);
                }
                Err(Failure::NoAnswer(format!("the server did not take it within {} ms", limit.as_millis())))
            }
        }
    }

    async fn publish_on(
        &self,
        used: &mut Option<Arc<link::Connection>>,
        subjects: &[String],
        message: &[u8],
    ) -> Result<(), Failure> {
        let barrier = self.barrier().await?;
        *used = Some(Arc::clone(&barrier.connection));
        let troubles = barrier.connection.troubles();
        for subject in subjects {
            barrier.client().publish(subject.clone(), message.to_vec().into()).await.map_err(not_published)?;
        }
        barrier.pass().await?;
        match complaint(&troubles, subjects).await {
            Some(said) => Err(Failure::NotSent { why: format!("the server said: {said}"), remedy: PERMISSIONS }),
            None => Ok(()),
        }
    }
}

fn not_published(error: PublishError) -> Failure {
    match error.kind() {
        PublishErrorKind::MaxPayloadExceeded => {
            Failure::NotSent { why: error.to_string(), remedy: "raise max_payload in the server's configuration" }
        }
        PublishErrorKind::InvalidSubject => {
            Failure::NotSent { why: error.to_string(), remedy: "choose another name for the node or the environment" }
        }
        PublishErrorKind::Send => lost(error),
    }
}

/// What the server said against one of these subjects. It says so before it answers what comes later, but both take
/// different ways through the client.
pub(super) async fn complaint(troubles: &watch::Receiver<Troubles>, subjects: &[String]) -> Option<String> {
    for _ in 0..TURNS {
        if troubles.has_changed().unwrap_or_default() {
            let said = troubles.borrow().complaint.clone();
            let lower = said.as_deref().unwrap_or_default().to_lowercase();
            let is_about = |subject: &String| lower.contains(&format!("\"{}\"", subject.to_lowercase()));
            return said.filter(|_| subjects.iter().any(is_about));
        }
        yield_now().await;
    }
    None
}
