//! Sending.

use std::fmt;

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use super::{Queue, Queues, Session, named};
use crate::api_error::ApiError;
use crate::errors::Failure;

const SEND: &str = "sqs:SendMessage";

/// The longest body that every queue of ours may have, in bytes of UTF-8. SNS takes no more either.
pub(crate) const LONGEST_BODY: usize = 256 << 10;
/// The most messages of one batch, and the most bytes of all its bodies (`SendMessageBatch`).
const MESSAGES_PER_BATCH: usize = 10;

/// What SQS calls a message; the same for everyone who receives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub(super) String);

impl MessageId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Queues {
    /// Sends a message (`SendMessage`). A try whose answer is lost is made again, so that the message may be there
    /// twice, under two ids.
    ///
    /// # Errors
    /// When the body is empty, longer than 256 KiB or than the queue allows, or holds characters that SQS does not
    /// take; the queue is gone, AWS refuses, or there is no answer: then the message may have been sent.
    pub async fn send(&self, queue: &Queue, body: &str) -> Result<MessageId, ApiError> {
        check_body(queue, body)?;
        let session = self.session().await?;
        let sent = session.client.send_message().queue_url(&queue.url).message_body(body).send().await;
        let sent = sent.map_err(session.failed(SEND, named(&queue.name)))?;
        session.message_id(queue, sent.message_id)
    }

    /// Sends messages, as many at a time as SQS takes (`SendMessageBatch`); the ids are in the order of the bodies.
    ///
    /// # Errors
    /// As [`Queues::send`]; the messages before the one that failed have been sent, and some of those after it may
    /// have been.
    pub async fn send_batch(&self, queue: &Queue, bodies: &[&str]) -> Result<Vec<MessageId>, ApiError> {
        for body in bodies {
            check_body(queue, body)?;
        }
        let session = self.session().await?;
        let mut ids = Vec::with_capacity(bodies.len());
        for batch in batches(bodies) {
            ids.extend(session.send_batch(queue, batch).await?);
        }
        Ok(ids)
    }
}

impl Session {
    async fn send_batch(&self, queue: &Queue, bodies: &[&str]) -> Result<Vec<MessageId>, ApiError> {
        let entry = |(place, body): (usize, &&str)| {
            SendMessageBatchRequestEntry::builder().id(place.to_string()).message_body(*body).build()
        };
        let entries: Result<Vec<_>, _> = bodies.iter().enumerate().map(entry).collect();
        let entries = entries.map_err(|error| self.refused(SEND, queue, Failure::NotSent(error.to_string())))?;
        let sent = self.client.send_message_batch().queue_url(&queue.url).set_entries(Some(entries)).send().await;
        let sent = sent.map_err(self.failed(SEND, named(&queue.name)))?;
        if let Some(failed) = sent.failed().first() {
            return Err(self.refused(SEND, queue, of_entry(failed)));
        }
        let id = |place: usize| {
            let place = place.to_string();
            sent.successful().iter().find(|entry| entry.id() == place).map(|entry| entry.message_id().to_owned())
        };
        (0..bodies.len()).map(|place| self.message_id(queue, id(place))).collect()
    }

    fn message_id(&self, queue: &Queue, id: Option<String>) -> Result<MessageId, ApiError> {
        let id = id.ok_or_else(|| "it holds no message id".to_owned());
        id.map(MessageId).map_err(self.unreadable(SEND, named(&queue.name)))
    }

    pub(super) fn refused(&self, action: &'static str, queue: &Queue, failure: Failure) -> ApiError {
        self.asked(action, named(&queue.name)).api_error(&failure)
    }
}

/// Why one entry of a batch was not taken.
pub(super) fn of_entry(error: &aws_sdk_sqs::types::BatchResultErrorEntry) -> Failure {
    Failure::Refused {
        status: if error.sender_fault() { 400 } else { 500 },
        code: error.code().to_owned(),
        message: error.message().unwrap_or_default().to_owned(),
        clocks: None,
    }
}

fn check_body(queue: &Queue, body: &str) -> Result<(), ApiError> {
    let why = match body.len() {
        0 => "it is empty".to_owned(),
        1..=LONGEST_BODY => match body.chars().find(|character| !is_allowed(*character)) {
            None => return Ok(()),
            Some(other) => format!("it holds the character U+{:04X}, which SQS does not take", u32::from(other)),
        },
        length => format!("it has {length} bytes; a message may have {LONGEST_BODY}"),
    };
    Err(ApiError::invalid(
        format!("a message cannot be sent to {}: {why}", named(&queue.name)),
        "send less at a time, as text; base64 carries any bytes",
    ))
}

/// The characters that the API reference names (`SendMessage`).
pub(crate) const fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// The bodies in as many parts as there must be requests.
fn batches<'a>(mut bodies: &'a [&'a str]) -> Vec<&'a [&'a str]> {
    let mut batches = Vec::new();
    while !bodies.is_empty() {
        let mut bytes = 0;
        let fits = |body: &&&str| {
            bytes += body.len();
            bytes <= LONGEST_BODY
        };
        let count = bodies.iter().take(MESSAGES_PER_BATCH).take_while(fits).count().max(1);
        let (batch, rest) = bodies.split_at(count);
        batches.push(batch);
        bodies = rest;
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_at_most_ten_messages_and_256_kib() {
        let lengths = |bodies: &[&str]| batches(bodies).iter().map(|batch| batch.len()).collect::<Vec<_>>();
        assert_eq!(lengths(&["a"; 23]), [10, 10, 3]);
        let long = "x".repeat(LONGEST_BODY / 2);
        let longest = "x".repeat(LONGEST_BODY);
        assert_eq!(lengths(&[&long, &long, "a", &longest, "b"]), [2, 1, 1, 1]);
        assert!(batches(&[]).is_empty());
    }

    #[test]
    fn what_sqs_does_not_take_is_refused_before() {
        let queue = Queue::at("https://sqs.eu-west-1.amazonaws.com/1/testing_master");
        let why = |body: &str| check_body(&queue, body).map_err(|error| error.message);
        assert!(why("a\tb\u{10ffff}").is_ok());
        assert!(why(&"x".repeat(LONGEST_BODY)).is_ok());
        assert!(why("").unwrap_err().contains("queue testing_master: it is empty"));
        assert!(why("a\0").unwrap_err().contains("U+0000"));
        assert!(why("\u{ffff}").unwrap_err().contains("U+FFFF"));
        assert!(why(&"x".repeat(LONGEST_BODY + 1)).unwrap_err().contains("262145 bytes"));
    }
}
