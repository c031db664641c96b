//! Knowing that the server has taken what was sent before.
//!
//! A plain message is not answered. But a server deals with what a connection sends in order, so when a message to
//! ourselves has come back, it has taken those before. Who waits while one is under way shares the next with all others
//! that do: many at once cost little more than one.

use std::sync::Arc;

use async_nats::{Client, Subscriber};
use futures_util::StreamExt;
use tokio::sync::{mpsc, oneshot};

use crate::nats::failure::Failure;
use crate::nats::link;

/// How many may wait to be told at once; more wait for their turn.
const MOST_WAITING: usize = 1_024;

/// The barrier of one connection.
pub(super) struct Barrier {
    pub(super) connection: Arc<link::Connection>,
    waiting: mpsc::Sender<oneshot::Sender<()>>,
}

impl Barrier {
    /// Makes one, which lives until it is dropped or the connection ends.
    pub(super) async fn on(connection: Arc<link::Connection>) -> Result<Self, Failure> {
        let inbox = connection.client.new_inbox();
        let echoes = connection.client.subscribe(inbox.clone()).await.map_err(lost)?;
        let (waiting, told) = mpsc::channel(MOST_WAITING);
        tokio::spawn(carry(Arc::clone(&connection), inbox, echoes, told));
        Ok(Self { connection, waiting })
    }

    pub(super) fn client(&self) -> &Client {
        &self.connection.client
    }

    /// Waits until the server has dealt with all that was sent before.
    pub(super) async fn pass(&self) -> Result<(), Failure> {
        let (tell, told) = oneshot::channel();
        self.waiting.send(tell).await.map_err(lost)?;
        told.await.map_err(lost)
    }
}

async fn carry(
    connection: Arc<link::Connection>,
    inbox: String,
    mut echoes: Subscriber,
    mut waiting: mpsc::Receiver<oneshot::Sender<()>>,
) {
    let mut waiters = Vec::new();
    while waiting.recv_many(&mut waiters, MOST_WAITING).await > 0 {
        let echo = async {
            connection.client.publish(inbox.clone(), Vec::new().into()).await.ok()?;
            echoes.next().await
        };
        tokio::select! {
            Some(_) = echo => waiters.drain(..).for_each(|waiter| {
                // Who has given up waiting need not be told.
                let _ = waiter.send(());
            }),
            () = connection.ended() => return,
            else => return,
        }
    }
}

/// Something is told no more, for the connection has ended.
pub(super) fn lost<E>(_: E) -> Failure {
    Failure::NoAnswer("the connection was lost".to_owned())
}
