//! Receives messages and checks their signatures on other threads, so that the loop that shows them is not held up, and
//! tens of thousands of replies are checked by every core there is.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bellwether_core::fleet::caller::believe::{self, Doubt, Spoken};
use bellwether_core::fleet::keys::PublicKey;
use bellwether_core::fleet::transport::{CallerTransport, TransportError};
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use tokio::task::JoinHandle;

/// The most messages that one thread checks at a time: with the smallest ones, about ten milliseconds of work.
const MOST_AT_ONCE: usize = 128;
/// The most groups of messages that are being checked; no more are received before the first is done.
const MOST_GROUPS: usize = 4;

/// A message whose signature is right, with the key that made it; or why it is not believed.
pub(super) type Opened<T> = Result<(PublicKey, T), Doubt>;

/// What came in.
pub(super) enum Incoming<T> {
    /// Messages, checked, in the order in which they came.
    Messages(Vec<Opened<T>>),
    /// The transport cannot receive now.
    Failed(TransportError),
}

/// Receives for one call.
pub(super) struct Opener<T> {
    transport: Arc<dyn CallerTransport>,
    checks: FuturesOrdered<JoinHandle<Vec<Opened<T>>>>,
    failed: Option<TransportError>,
}

impl<T: Spoken + Send + 'static> Opener<T> {
    pub(super) fn new(transport: Arc<dyn CallerTransport>) -> Self {
        Self { transport, checks: FuturesOrdered::new(), failed: None }
    }

    /// Whether nothing has come in that was not handed out yet: only then does silence mean anything.
    pub(super) fn is_idle(&mut self) -> bool {
        if self.checks.is_empty()
            && self.failed.is_none()
            && let Some(first) = self.take_now()
        {
            self.check(first);
        }
        self.checks.is_empty()
    }

    /// Waits for messages. Cancel-safe.
    pub(super) async fn next(&mut self) -> Incoming<T> {
        loop {
            if let Some(error) = self.failed.take() {
                return Incoming::Failed(error);
            }
            let room = self.checks.len() < MOST_GROUPS;
            tokio::select! {
                biased;
                Some(checked) = self.checks.next(), if !self.checks.is_empty() => {
                    // A check that panicked is one that found nothing.
                    return Incoming::Messages(checked.unwrap_or_default());
                }
                received = self.transport.receive(), if room => match received {
                    Ok(first) => self.check(first),
                    Err(error) => return Incoming::Failed(error),
                },
            }
        }
    }

    /// Hands the message, and all that have come by now, to another thread.
    fn check(&mut self, first: Vec<u8>) {
        let mut messages = vec![first];
        while messages.len() < MOST_AT_ONCE {
            let Some(message) = self.take_now() else { break };
            messages.push(message);
        }
        self.checks.push_back(tokio::task::spawn_blocking(move || open_all(&messages)));
    }

    /// A message that has come by now. An error is kept, and told by [`Opener::next`].
    fn take_now(&mut self) -> Option<Vec<u8>> {
        match now(self.transport.receive())? {
            Ok(message) => Some(message),
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }
}

/// Checks messages.
pub(super) fn open_all<T: Spoken>(messages: &[Vec<u8>]) -> Vec<Opened<T>> {
    messages.iter().map(|message| believe::open(message)).collect()
}

/// What a future has by now. It is cancelled when it has nothing, so it must be cancel-safe.
fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
