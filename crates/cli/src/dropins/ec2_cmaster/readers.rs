//! Receives facts and replies, side by side, for as long as somebody listens.

use std::collections::BTreeSet;
use std::time::Duration;

use bellwether_aws::{ApiError, ApiErrorKind, Message, Queue, Queues};
use bellwether_core::collective::config::LogLevel;
use bellwether_core::collective::message::{FactsMessage, MessageError, Reply};
use bellwether_core::collective::round::Copies;
use bellwether_host::clock;
use jiff::Timestamp;
use tokio::sync::mpsc::Sender;

use super::log::Log;
use super::pace::Pace;

/// How long to wait before the queue of facts is asked again: it changes seldom, and each question costs.
const FACTS_PAUSE: Duration = Duration::from_millis(400);
/// The same for replies that are for others.
const REPLIES_PAUSE: Duration = Duration::from_millis(150);
/// How long to wait after a failure that may pass.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// The most ids that are remembered, so that nothing is told or taken twice.
const MOST_IDS: usize = 65_536;

/// What came.
pub(super) enum Event {
    /// Facts, with the time at which they were sent; also when there were none.
    Facts(Vec<(Option<Timestamp>, FactsMessage)>),
    /// Replies to us, with their messages.
    Replies(Vec<(Message, Reply)>),
    /// Replies cannot be received.
    Failed(ApiError),
}

/// Ids of messages that have been seen, within a bound.
#[derive(Default)]
struct Ids(BTreeSet<String>);

impl Ids {
    fn is_new(&mut self, message: &Message) -> bool {
        self.0.len() < MOST_IDS && self.0.insert(message.id.to_string())
    }
}

/// Reads facts for ever. Without them nobody is expected, which is told, and no reason to end.
pub(super) async fn read_facts(queues: &Queues, queue: &Queue, log: &Log, tell: Sender<Event>) {
    let (mut pace, mut seen) = (Pace::new(FACTS_PAUSE), Ids::default());
    loop {
        let messages = match queues.receive(queue, &pace.ask()).await {
            Ok(messages) => messages,
            Err(error) if may_pass(&error) => {
                pause_after(&error, log).await;
                continue;
            }
            Err(error) => {
                log.tell(LogLevel::Warn, &format!("it is not known whom to expect: {error}; {}", error.remedy));
                return;
            }
        };
        let count = messages.len();
        let new: Vec<_> = messages.into_iter().filter(|message| seen.is_new(message)).collect();
        let pause = pace.answered(count, new.len());
        let facts = new.iter().filter_map(|message| Some((message.sent_at, facts(message, log)?)));
        if tell.send(Event::Facts(facts.collect())).await.is_err() {
            return;
        }
        clock::sleep_until(clock::mono() + pause).await;
    }
}

fn facts(message: &Message, log: &Log) -> Option<FactsMessage> {
    let (facts, left_out) =
        FactsMessage::decode(&message.body).inspect_err(|error| skipped("facts", message, error, log)).ok()?;
    if !left_out.is_empty() {
        log.tell(LogLevel::Debug, &format!("of the facts of {}, {left_out}", facts.hostname));
    }
    Some(facts)
}

/// Reads replies for ever, and hands on those to one of these copies.
pub(super) async fn read_replies(queues: &Queues, queue: &Queue, mut copies: Copies, log: &Log, tell: Sender<Event>) {
    let (mut pace, mut malformed) = (Pace::new(REPLIES_PAUSE), Ids::default());
    loop {
        let messages = match queues.receive(queue, &pace.ask()).await {
            Ok(messages) => messages,
            Err(error) if may_pass(&error) => {
                pause_after(&error, log).await;
                continue;
            }
            Err(error) => return drop(tell.send(Event::Failed(error)).await),
        };
        let count = messages.len();
        let mut ours = Vec::new();
        for message in messages {
            match Reply::decode(&message.body) {
                Ok(reply) if copies.has(&reply) => ours.push((message, reply)),
                Ok(_) => {}
                Err(error) if malformed.is_new(&message) => skipped("a reply", &message, &error, log),
                Err(_) => {}
            }
        }
        let pause = pace.answered(count, ours.len());
        if !ours.is_empty() && tell.send(Event::Replies(ours)).await.is_err() {
            return;
        }
        clock::sleep_until(clock::mono() + pause).await;
    }
}

/// Whatever others send must not end us.
fn skipped(what: &str, message: &Message, error: &MessageError, log: &Log) {
    log.tell(LogLevel::Debug, &format!("{what} in message {} cannot be read: {error}", message.id));
}

/// Whether asking again can help.
pub(super) const fn may_pass(error: &ApiError) -> bool {
    !matches!(error.kind, ApiErrorKind::NotFound | ApiErrorKind::Denied | ApiErrorKind::Invalid)
}

async fn pause_after(error: &ApiError, log: &Log) {
    log.tell(LogLevel::Warn, &format!("{error}; trying again"));
    clock::sleep_until(clock::mono() + AFTER_FAILURE).await;
}
