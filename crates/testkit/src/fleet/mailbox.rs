//! Where messages wait for their reader.

use bellwether_core::fleet::transport::TransportError;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Mutex, watch};

use super::memory::failed;

/// A queue that can be closed while somebody waits for it.
#[derive(Debug)]
pub(super) struct Mailbox<T> {
    queue: Mutex<UnboundedReceiver<T>>,
    closed: watch::Sender<bool>,
}

impl<T> Mailbox<T> {
    pub(super) fn new(queue: UnboundedReceiver<T>) -> Self {
        Self { queue: Mutex::new(queue), closed: watch::Sender::new(false) }
    }

    /// The next message, until the mailbox is closed.
    pub(super) async fn next(&self) -> Result<T, TransportError> {
        let mut closed = self.closed.subscribe();
        let message = tokio::select! {
            biased;
            _ = closed.wait_for(|closed| *closed) => None,
            message = async { self.queue.lock().await.recv().await } => message,
        };
        message.ok_or_else(|| failed("receiving in memory", "the transport is closed", "open it again"))
    }

    pub(super) fn close(&self) {
        self.closed.send_replace(true);
    }
}
