//! Receiving, whatever becomes of the connection: when it is lost, the subscriptions are made again on the next.

use std::sync::Arc;
use std::time::Duration;

use bellwether_core::fleet::transport::TransportError;
use futures_util::StreamExt;
use futures_util::stream::{SelectAll, select_all};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::barrier::lost;
use super::connection::{Connection, complaint};
use super::failure;
use super::inbox::Inbox;
use crate::nats::failure::Failure;

/// How long it takes until servers that could not be reached are tried again: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const PERMISSIONS: &str = "allow this user to subscribe to the subject in the server's configuration";

/// Receives what is sent to some subjects, into an inbox, until it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    task: JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How far the first subscription has come: not at all, failed, or made.
type Begun = Option<Result<(), TransportError>>;

impl Listener {
    /// Begins, and waits until the server has taken the subscriptions.
    pub(super) async fn begin(
        connection: &Connection,
        what: &str,
        subjects: Vec<String>,
        inbox: Arc<Inbox>,
    ) -> Result<Self, TransportError> {
        let (tell, mut told) = watch::channel(None);
        let place = Place { connection: connection.clone(), what: what.to_owned(), subjects, inbox };
        let listener = Self { task: tokio::spawn(place.listen(tell)) };
        let begun = told.wait_for(Option::is_some).await.map(|begun| begun.clone());
        match begun.ok().flatten() {
            Some(Err(error)) => Err(error),
            _ => Ok(listener),
        }
    }
}

struct Place {
    connection: Connection,
    what: String,
    subjects: Vec<String>,
    inbox: Arc<Inbox>,
}

impl Place {
    async fn listen(self, begun: watch::Sender<Begun>) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.session(&begun).await {
                Ok(()) => pause = FIRST_PAUSE,
                Err(failure) => {
                    let error = failure::of(&self.what, &failure);
                    if begun.borrow().is_none() {
                        begun.send_replace(Some(Err(error)));
                        return;
                    }
                    self.inbox.fail(error);
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Receives on one connection, until that ends.
    async fn session(&self, begun: &watch::Sender<Begun>) -> Result<(), Failure> {
        let barrier = self.connection.barrier().await?;
        let (connection, mut troubles) = (&barrier.connection, barrier.connection.troubles());
        let mut subscriptions = Vec::with_capacity(self.subjects.len());
        for subject in &self.subjects {
            subscriptions.push(barrier.client().subscribe(subject.clone()).await.map_err(lost)?);
        }
        let passed = tokio::time::timeout(self.connection.link().limit(), barrier.pass()).await;
        passed.unwrap_or_else(|_| {
            self.connection.link().leave(connection);
            Err(Failure::NoAnswer("the server did not take the subscription in time".to_owned()))
        })?;
        if let Some(said) = complaint(&troubles, &self.subjects).await {
            return Err(Failure::NotSent { why: format!("the server said: {said}"), remedy: PERMISSIONS });
        }
        begun.send_replace(Some(Ok(())));
        let ended = std::pin::pin!(connection.ended());
        self.receive(select_all(subscriptions), &mut troubles, ended).await;
        Ok(())
    }

    async fn receive(
        &self,
        mut messages: SelectAll<async_nats::Subscriber>,
        troubles: &mut watch::Receiver<crate::nats::link::Troubles>,
        mut ended: std::pin::Pin<&mut impl Future<Output = ()>>,
    ) {
        let mut dropped = troubles.borrow().dropped;
        loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => self.inbox.push(&message),
                    None => return,
                },
                Ok(()) = troubles.changed() => {
                    let now = troubles.borrow_and_update().dropped;
                    if now > dropped {
                        self.inbox.count_dropped(now - dropped);
                    }
                    dropped = now;
                }
                () = &mut ended => return,
            }
        }
    }
}
