//! Reading many messages of a stream in order, by a consumer that lives as long as the reading.
//!
//! A consumer may be on any server that has a copy of the stream, and a copy may lag behind the leader's. So whoever
//! scans first asks the leader for a message that must be met, the witness. The scan waits for it, and is an error when
//! it does not come: a part is never taken for the whole.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{HeaderMap, Message, StatusCode, Subscriber};
use bellwether_core::text::shown;
use futures_util::StreamExt;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::api;
use super::failure::Failure;
use super::link::{Connection, Link};

/// How long the server keeps the consumer of a reader that has vanished.
const CONSUMER_LIFE: Duration = Duration::from_secs(30);
/// How many messages are asked for at once at first: without payload, and with.
const HEADERS_BATCH: u64 = 256;
const PAYLOADS_BATCH: u64 = 32;
/// How many at most, where they turn out to be small, and how many bytes of them are asked for at once, about.
const LARGEST_BATCH: u64 = 2_048;
const BATCH_BYTES: u64 = 4 * 1024 * 1024;
/// How often, and how soon, a consumer is asked again that not all servers know of yet.
const MOST_TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);

/// What of the messages is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Headers, and the payload's size as a header.
    Headers,
    /// Everything.
    All,
}

/// A message that was met.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) sequence: u64,
    /// When the server took it.
    pub(super) stored: Timestamp,
    pub(super) subject: String,
    pub(super) headers: HeaderMap,
    pub(super) payload: Vec<u8>,
}

/// A reading that goes on.
pub(super) struct Scan<'a> {
    link: &'a Link,
    connection: Arc<Connection>,
    /// `STREAM.CONSUMER`.
    consumer: String,
    inbox: String,
    answers: Subscriber,
    batch: u64,
    /// The messages met so far, and the bytes of their payloads.
    met: (u64, u64),
    /// The first sequence that is wanted. A copy that lags behind may not have come to it when the consumer was made;
    /// the server then delivers what is before it, too.
    from: u64,
    /// The sequence that must be met, or a later one.
    witness: u64,
    /// How many messages of the last batch are still to come.
    due: u64,
    /// How many messages there are still, as far as the server has told.
    pending: u64,
    /// The last sequence met.
    reached: u64,
    tries_left: u32,
}

#[derive(Deserialize)]
struct Consumer {
    name: String,
    num_pending: u64,
}

impl<'a> Scan<'a> {
    /// Begins to read the messages whose subjects match, from a sequence on and through the witness.
    pub(super) async fn open(
        link: &'a Link,
        stream: &str,
        filter: &str,
        from: u64,
        witness: u64,
        content: Content,
    ) -> Result<Self, Failure> {
        let connection = link.connected().await?;
        let consumer: Consumer = api::ask(link, &format!("CONSUMER.CREATE.{stream}"), &{
            let config = json!({
                "deliver_policy": "by_start_sequence",
                "opt_start_seq": from.max(1),
                "ack_policy": "none",
                "replay_policy": "instant",
                "filter_subject": filter,
                "headers_only": content == Content::Headers,
                "inactive_threshold": CONSUMER_LIFE.as_nanos(),
                "num_replicas": 1,
                "mem_storage": true,
            });
            json!({ "stream_name": stream, "config": config })
        })
        .await?;
        if consumer.name.is_empty() || !consumer.name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Failure::Nonsense(format!("it names a consumer '{}'", shown(&consumer.name))));
        }
        let inbox = connection.client.new_inbox();
        let answers =
            connection.client.subscribe(inbox.clone()).await.map_err(|error| Failure::NoAnswer(error.to_string()))?;
        Ok(Self {
            link,
            connection,
            consumer: format!("{stream}.{}", consumer.name),
            inbox,
            answers,
            batch: if content == Content::All { PAYLOADS_BATCH } else { HEADERS_BATCH },
            met: (0, 0),
            from,
            witness,
            due: 0,
            pending: consumer.num_pending,
            reached: 0,
            tries_left: MOST_TRIES,
        })
    }

    /// The next message; none when the witness was met and there are no more at this moment.
    pub(super) async fn next(&mut self) -> Result<Option<Found>, Failure> {
        while self.pending > 0 || self.reached < self.witness {
            if self.due == 0 {
                self.ask().await?;
            }
            let message = self.receive().await?;
            match message.status {
                None | Some(StatusCode::OK) => {
                    let found = self.take(message)?;
                    if found.sequence >= self.from {
                        return Ok(Some(found));
                    }
                }
                Some(status) => self.recover(status, message.description.as_deref()).await?,
            }
        }
        Ok(None)
    }

    /// Asks for what there is; when the copy lags behind, for what comes.
    async fn ask(&mut self) -> Result<(), Failure> {
        let request = if self.pending > 0 {
            self.adapt_batch();
            self.due = self.pending.min(self.batch);
            json!({ "batch": self.due, "no_wait": true })
        } else {
            self.due = 1;
            json!({ "batch": 1, "expires": (self.link.limit() / 2).as_nanos() })
        };
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{}", self.consumer);
        let asked =
            self.connection.client.publish_with_reply(subject, self.inbox.clone(), request.to_string().into()).await;
        asked.map_err(|error| Failure::NoAnswer(error.to_string()))
    }

    /// Small messages come in larger batches. What a batch brings must fit into the client's queue.
    fn adapt_batch(&mut self) {
        let (messages, bytes) = self.met;
        if let Some(average) = bytes.checked_div(messages) {
            let largest = u64::try_from(self.link.most_unread() / 2).unwrap_or(LARGEST_BATCH).min(LARGEST_BATCH);
            self.batch = (BATCH_BYTES / average.max(1)).min(self.batch * 2).clamp(PAYLOADS_BATCH, largest);
        }
    }

    async fn receive(&mut self) -> Result<Message, Failure> {
        let answer = self.connection.unless_lost(self.answers.next());
        if let Ok(Ok(Some(message))) = timeout(self.link.limit(), answer).await {
            return Ok(message);
        }
        self.link.leave(&self.connection);
        Err(Failure::NoAnswer("the reading was interrupted".to_owned()))
    }

    /// Makes ready for the next request after one that ended without all that was asked for.
    async fn recover(&mut self, status: StatusCode, description: Option<&str>) -> Result<(), Failure> {
        self.due = 0;
        match status {
            StatusCode::NO_RESPONDERS if self.tries_left > 0 => {
                self.tries_left -= 1;
                sleep(PAUSE).await;
                Ok(())
            }
            // What was pending has been removed meanwhile.
            StatusCode::NOT_FOUND | StatusCode::TIMEOUT if self.pending > 0 => {
                self.pending = 0;
                Ok(())
            }
            StatusCode::NOT_FOUND | StatusCode::TIMEOUT => {
                let why = "the copy of the stream that was read lags behind, or messages were removed meanwhile";
                Err(Failure::NoAnswer(why.to_owned()))
            }
            _ => {
                let told = shown(description.unwrap_or_default());
                Err(Failure::NoAnswer(format!("the reading was ended by the server: {status} {told}")))
            }
        }
    }

    fn take(&mut self, message: Message) -> Result<Found, Failure> {
        let position = message.reply.as_ref().and_then(|reply| position(reply));
        let Some(Position { sequence, stored, pending }) = position.filter(|it| it.sequence > self.reached) else {
            return Err(Failure::Nonsense("a message does not tell where it stands in the stream".to_owned()));
        };
        self.due -= 1;
        self.met = (self.met.0 + 1, self.met.1 + u64::try_from(message.payload.len()).unwrap_or(u64::MAX));
        self.pending = pending;
        self.reached = sequence;
        Ok(Found {
            sequence,
            stored,
            subject: message.subject.to_string(),
            headers: message.headers.unwrap_or_default(),
            payload: message.payload.to_vec(),
        })
    }

    /// Ends the reading. Should this get lost, the server removes the consumer by itself.
    pub(super) async fn close(self) {
        let _ = self
            .connection
            .client
            .publish(format!("$JS.API.CONSUMER.DELETE.{}", self.consumer), Vec::new().into())
            .await;
    }
}

/// Where a delivered message stands.
#[derive(Debug, PartialEq, Eq)]
struct Position {
    sequence: u64,
    stored: Timestamp,
    /// How many wait behind it.
    pending: u64,
}

/// The position of a delivered message, from the subject at which it would be acknowledged:
/// `$JS.ACK.STREAM.CONSUMER.DELIVERED.SEQUENCE.CONSUMER_SEQUENCE.TIME.PENDING`, with the time in nanoseconds, or with
/// domain and account before the stream and a token at the end.
fn position(reply: &str) -> Option<Position> {
    let tokens: Vec<&str> = reply.split('.').collect();
    let first = match tokens.len() {
        9 => 2,
        11.. => 4,
        _ => return None,
    };
    if !reply.starts_with("$JS.ACK.") {
        return None;
    }
    Some(Position {
        sequence: tokens.get(first + 3)?.parse().ok()?,
        stored: Timestamp::from_nanosecond(tokens.get(first + 5)?.parse().ok()?).ok()?,
        pending: tokens.get(first + 6)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use bellwether_core::claim::Entry;
    use bellwether_core::store::ClaimStore;
    use bellwether_testkit::nats::NatsServer;
    use bellwether_testkit::store::fixtures::{entry, job};

    use super::*;
    use crate::nats::{NatsOptions, NatsStore};

    /// A stream that has not come to the start yet is what a copy that lags behind looks like.
    #[tokio::test]
    async fn what_is_before_the_start_is_left_out_even_when_the_copy_had_not_come_to_it() {
        let server = NatsServer::shared();
        let store = NatsStore::connect(&server.url("lagging"), NatsOptions::default()).await.unwrap();
        let (link, keys) = (&store.store.link, &store.store.keys);
        let (stream, all) = (keys.history_stream(), keys.all_history());
        let mut scan = Scan::open(link, &stream, &all, 3, 4, Content::All).await.unwrap();
        for number in 1..=4 {
            let entry: Entry = entry(&job("j"), number);
            store.append(&entry).await.unwrap();
        }
        let mut met = Vec::new();
        while let Some(found) = scan.next().await.unwrap() {
            met.push(found.sequence);
        }
        assert_eq!(met, [3, 4]);
    }

    #[test]
    fn a_position_is_read_from_both_forms() {
        let stored = Timestamp::from_second(1_700_000_000).unwrap();
        let expected = Position { sequence: 20, stored, pending: 44 };
        assert_eq!(position("$JS.ACK.s.c.1.20.3.1700000000000000000.44").as_ref(), Some(&expected));
        assert_eq!(position("$JS.ACK._.hash.s.c.1.20.3.1700000000000000000.44.token"), Some(expected));
        for reply in [
            "",
            "$JS.ACK.s.c",
            "$JS.ACK.s.c.1.x.3.1700000000.44",
            "$JS.ACK.s.c.1.20.3.x.44",
            "_INBOX.a.b.c.1.20.3.1.44",
        ] {
            assert_eq!(position(reply), None, "{reply}");
        }
    }
}
