//! Waiting at a queue, in a way that may be given up and taken up again at any moment.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex as Lock, PoisonError};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Mutex, Notify, watch};

use crate::api_error::ApiError;
use crate::queues::{Message, Queue, Queues, Receive};
use crate::settings::LONGEST_POLL;

/// How many messages one poll brings.
const PER_POLL: u8 = 10;

/// The messages of a queue. What is under way goes on when nobody waits for it, and what it brings is kept.
pub(super) struct Inbox {
    queues: Queues,
    queue: Queue,
    /// How many polls there may be at the same time when messages come faster than one can bring them.
    most_polls: usize,
    state: Mutex<State>,
    /// Receipts of messages to be deleted.
    done: Lock<Vec<String>>,
    is_done: Notify,
    is_closed: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    ready: VecDeque<Message>,
    under_way: FuturesUnordered<BoxFuture<'static, Ended>>,
    polls: usize,
    is_deleting: bool,
    /// Whether the last poll brought as much as it could.
    is_busy: bool,
}

/// What has ended of what was under way.
enum Ended {
    Poll(Result<Vec<Message>, ApiError>),
    Deletion,
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("queue", &self.queue).finish_non_exhaustive()
    }
}

impl Inbox {
    pub(super) fn new(queues: Queues, queue: Queue, most_polls: usize) -> Self {
        Self {
            queues,
            queue,
            most_polls,
            state: Mutex::default(),
            done: Lock::default(),
            is_done: Notify::new(),
            is_closed: watch::Sender::new(false),
        }
    }

    pub(super) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// The next message; none once this is closed.
    pub(super) async fn next(&self) -> Result<Option<Message>, ApiError> {
        let mut closing = self.is_closed.subscribe();
        tokio::select! {
            biased;
            _ = closing.wait_for(|is_closed| *is_closed) => Ok(None),
            message = self.take() => message.map(Some),
        }
    }

    /// Has a message deleted, with others, while the next one is waited for. When that fails it comes again.
    pub(super) fn delete(&self, receipt: String) {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(receipt);
        self.is_done.notify_one();
    }

    /// Brings no more. What is to be deleted still is.
    pub(super) async fn close(&self) {
        self.is_closed.send_replace(true);
        *self.state.lock().await = State::default();
        delete(self.queues.clone(), self.queue.clone(), self.take_done()).await;
    }

    fn take_done(&self) -> Vec<String> {
        std::mem::take(&mut self.done.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn take(&self) -> Result<Message, ApiError> {
        let mut state = self.state.lock().await;
        loop {
            if let Some(message) = state.ready.pop_front() {
                return Ok(message);
            }
            self.begin(&mut state);
            // All of this is kept when the waiting is given up here.
            let ended = tokio::select! {
                ended = state.under_way.next() => ended,
                () = self.is_done.notified() => None,
            };
            match ended {
                Some(Ended::Poll(polled)) => {
                    state.polls -= 1;
                    let messages = polled?;
                    state.is_busy = messages.len() == usize::from(PER_POLL);
                    state.ready.extend(messages);
                }
                Some(Ended::Deletion) => state.is_deleting = false,
                None => {}
            }
        }
    }

    /// Begins what is not under way and should be.
    fn begin(&self, state: &mut State) {
        let wanted = if state.is_busy { self.most_polls } else { 1 };
        while state.polls < wanted {
            state.polls += 1;
            state.under_way.push(Box::pin(poll(self.queues.clone(), self.queue.clone())));
        }
        if !state.is_deleting {
            let done = self.take_done();
            if !done.is_empty() {
                state.is_deleting = true;
                state.under_way.push(Box::pin(delete(self.queues.clone(), self.queue.clone(), done)));
            }
        }
    }
}

async fn poll(queues: Queues, queue: Queue) -> Ended {
    let how = Receive { wait: LONGEST_POLL, max: PER_POLL, visibility: None };
    Ended::Poll(queues.receive(&queue, &how).await)
}

async fn delete(queues: Queues, queue: Queue, done: Vec<String>) -> Ended {
    let done: Vec<&str> = done.iter().map(String::as_str).collect();
    if let Err(error) = queues.delete_batch(&queue, &done).await {
        // They come again, and are known by then.
        tracing::debug!("{}", error.message);
    }
    Ended::Deletion
}
