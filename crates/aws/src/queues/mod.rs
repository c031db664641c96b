//! Queues of SQS (API 2012-11-05), one file per subject.
//!
//! - `attributes`: what a queue is set to, and how SQS writes it. `create`: making a queue, or bringing one into line.
//! - `find`: which queues there are, and what is in them. `remove`: the end of a queue.
//! - `send`, `receive`, `delete`: messages. `permissions`: what the old fleet protocol needs.
//!
//! These are standard queues: a message comes at least once, and in no certain order.

mod attributes;
mod create;
mod delete;
mod find;
mod permissions;
mod receive;
mod remove;
mod send;

use std::sync::Arc;

use aws_sdk_sqs::Client;

use crate::api_error::ApiError;
use crate::api_session::{ApiSession, KeptSession};
use crate::client::Aws;
use crate::service::Service;
use crate::text::shown;
pub use attributes::{Difference, DifferenceOf, QueueAttributes};
pub use create::{CreatedQueue, Creation};
pub use find::QueueState;
pub use permissions::{collective_agent_grants, collective_master_grants, collective_queue_grants};
pub use receive::{Message, Receive};
pub use send::MessageId;
pub(crate) use send::{LONGEST_BODY, is_allowed};

/// The longest name (Amazon SQS API reference, `CreateQueue`).
pub(crate) const LONGEST_NAME: usize = 80;

type Session = ApiSession<Client>;

/// The queues of one region.
///
/// Cheap to clone; clones share the client, and connections and credentials are those of the [`Aws`] it came from.
#[derive(Debug, Clone)]
pub struct Queues {
    session: Arc<KeptSession<Client>>,
}

/// A queue that is there, or was when it was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Queue {
    name: String,
    url: String,
}

impl Queues {
    /// The queues of the region that is configured, or the instance's own. Nothing is asked yet.
    pub fn new(aws: &Aws) -> Self {
        Self { session: Arc::new(KeptSession::new(aws, Service::Sqs, Client::new)) }
    }

    /// The region that is asked.
    ///
    /// # Errors
    /// When none is known, or there are no credentials.
    pub async fn region(&self) -> Result<String, ApiError> {
        Ok(self.session().await?.region().to_owned())
    }

    async fn session(&self) -> Result<Arc<Session>, ApiError> {
        self.session.get().await
    }
}

impl Queue {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL, which is how SQS wants it named.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The queue of another name in the same region and account; nobody knows yet whether it is there.
    pub(crate) fn beside(&self, name: &str) -> Self {
        let place = self.url.rsplit_once('/').map_or("", |(place, _)| place);
        Self { name: name.to_owned(), url: format!("{place}/{name}") }
    }

    /// A queue that SQS has told the URL of.
    fn at(url: &str) -> Self {
        let name = url.rsplit('/').next().unwrap_or(url);
        Self { name: name.to_owned(), url: url.to_owned() }
    }
}

/// What errors call a queue.
fn named(name: &str) -> String {
    format!("queue {}", shown(name))
}

/// Refuses what can be no queue's name.
///
/// # Errors
/// With the rule it breaks.
fn check_name(name: &str) -> Result<(), ApiError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    match (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(allowed) {
        true => Ok(()),
        false => Err(ApiError::invalid(
            format!("'{}' cannot be a queue's name", shown(name)),
            format!("use 1 to {LONGEST_NAME} letters, digits, '_' and '-'"),
        )),
    }
}
