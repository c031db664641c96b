//! Messages that wait for their reader, within bounds.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_nats::Message;
use bellwether_core::fleet::transport::TransportError;
use tokio::sync::Notify;

use super::failure::failed;

/// What each message counts beside its bytes.
const OVERHEAD: usize = 256;

/// A message that was received.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) message: Vec<u8>,
    /// Where the sender wants an answer.
    pub(super) reply: Option<String>,
}

/// A queue of at most so many bytes. What does not fit is dropped, which is told.
#[derive(Debug)]
pub(super) struct Inbox {
    most_bytes: usize,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Item>,
    bytes: usize,
    dropped: u64,
    failure: Option<TransportError>,
    closed: bool,
}

impl Inbox {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, state: Mutex::default(), changed: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a message. Its bytes are copied, for they are part of a buffer with many others.
    pub(super) fn push(&self, message: &Message) {
        let mut state = self.state();
        let bytes = message.payload.len() + OVERHEAD;
        if state.bytes + bytes > self.most_bytes {
            state.dropped += 1;
        } else if !state.closed {
            state.bytes += bytes;
            let reply = message.reply.as_ref().map(ToString::to_string);
            state.queue.push_back(Item { message: message.payload.to_vec(), reply });
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Tells the reader, behind the messages that are there, that some were dropped on their way here.
    pub(super) fn count_dropped(&self, dropped: u64) {
        self.state().dropped += dropped;
        self.changed.notify_one();
    }

    /// Tells the reader of a failure, behind the messages that are there.
    pub(super) fn fail(&self, error: TransportError) {
        self.state().failure = Some(error);
        self.changed.notify_one();
    }

    /// Gives nothing more, and takes nothing.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.queue.clear();
        drop(state);
        self.changed.notify_one();
    }

    /// The next message. Who is given up while waiting has taken none.
    pub(super) async fn next(&self, what: &str) -> Result<Item, TransportError> {
        loop {
            if let Some(next) = self.take(what) {
                return next;
            }
            self.changed.notified().await;
        }
    }

    fn take(&self, what: &str) -> Option<Result<Item, TransportError>> {
        let mut state = self.state();
        if state.closed {
            // The others that wait are to know it, too.
            self.changed.notify_one();
            return Some(Err(failed(what, "it was closed", "open it again")));
        }
        if let Some(item) = state.queue.pop_front() {
            state.bytes -= item.message.len() + OVERHEAD;
            return Some(Ok(item));
        }
        if let Some(failure) = state.failure.take() {
            return Some(Err(failure));
        }
        let dropped = std::mem::take(&mut state.dropped);
        (dropped > 0).then(|| {
            let why = format!("at least {dropped} messages were dropped, for they came faster than they were read");
            Err(failed(what, why, "ask fewer nodes at once (--batch), or let them write less (--output-limit)"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(payload: &str) -> Message {
        Message {
            subject: "s".into(),
            reply: Some("r".into()),
            payload: payload.to_owned().into(),
            headers: None,
            status: None,
            description: None,
            length: 0,
        }
    }

    #[tokio::test]
    async fn messages_come_in_order_and_then_what_went_wrong() {
        let inbox = Inbox::new(2 * (OVERHEAD + 1));
        for payload in ["1", "2", "3", "4"] {
            inbox.push(&message(payload));
        }
        inbox.fail(failed("x", "broken", "repair it"));
        for expected in ["1", "2"] {
            let item = inbox.next("x").await.unwrap();
            assert_eq!((item.message.as_slice(), item.reply.as_deref()), (expected.as_bytes(), Some("r")));
        }
        assert_eq!(inbox.next("x").await.unwrap_err().why, "broken");
        let error = inbox.next("x").await.unwrap_err();
        assert!(error.why.starts_with("at least 2 messages were dropped"), "{error:?}");
        // There is room again.
        inbox.push(&message("5"));
        assert_eq!(inbox.next("x").await.unwrap().message, b"5");
        inbox.close();
        assert!(inbox.next("x").await.is_err() && inbox.next("x").await.is_err());
    }
}
