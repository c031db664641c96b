//! Receiving.

use std::time::Duration;

use aws_sdk_sqs::config::Builder;
use aws_sdk_sqs::types::MessageSystemAttributeName as Name;
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::Timestamp;

use super::{MessageId, Queue, Queues, named};
use crate::api_error::ApiError;
use crate::settings::LONGEST_POLL;

const RECEIVE: &str = "sqs:ReceiveMessage";

/// The most messages of one answer.
const MOST_MESSAGES: u8 = 10;
/// The longest that a message can be hidden from others.
const LONGEST_VISIBILITY: Duration = Duration::from_secs(12 * 3_600);

/// How to receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receive {
    /// For how long to wait for a message, in whole seconds, at most 20 s (a long poll). Zero asks some of the queue's
    /// servers only, so that messages may be there and not come.
    pub wait: Duration,
    /// The most messages to take, 1 to 10.
    pub max: u8,
    /// For how long nobody else gets these messages, in whole seconds; none for what the queue is set to.
    pub visibility: Option<Duration>,
}

/// A message as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id, the same each time it is received.
    pub id: MessageId,
    /// What deletes it; another one each time it is received.
    pub receipt: String,
    /// What was sent.
    pub body: String,
    /// When it was sent, by the clock of SQS.
    pub sent_at: Option<Timestamp>,
    /// How often it was received, this time included; approximate.
    pub receive_count: u32,
}

impl Queues {
    /// Receives messages (`ReceiveMessage`), none when there is none within the wait.
    ///
    /// It may be cancelled by dropping it. What SQS has sent already is then lost on the way: it comes again after
    /// the visibility timeout, at once where that is zero, and counts as received once more. Nothing is ever deleted.
    ///
    /// # Errors
    /// When the queue is gone, AWS refuses, or there is no answer some time after the wait.
    pub async fn receive(&self, queue: &Queue, how: &Receive) -> Result<Vec<Message>, ApiError> {
        let session = self.session().await?;
        let wait = how.wait.min(LONGEST_POLL);
        let answer = session
            .client
            .receive_message()
            .queue_url(&queue.url)
            .max_number_of_messages(how.max.clamp(1, MOST_MESSAGES).into())
            .wait_time_seconds(seconds(wait))
            .set_visibility_timeout(how.visibility.map(|visibility| seconds(visibility.min(LONGEST_VISIBILITY))))
            .message_system_attribute_names(Name::SentTimestamp)
            .message_system_attribute_names(Name::ApproximateReceiveCount)
            .customize()
            .config_override(Builder::default().timeout_config(self.timeouts_of_poll(wait)))
            .send()
            .await
            .map_err(session.failed(RECEIVE, named(&queue.name)))?;
        let read = answer.messages.unwrap_or_default().into_iter().map(read).collect::<Option<_>>();
        let read = read.ok_or_else(|| "a message has no id, receipt or body".to_owned());
        read.map_err(session.unreadable(RECEIVE, named(&queue.name)))
    }

    /// An answer that is waited for comes later by the wait.
    fn timeouts_of_poll(&self, wait: Duration) -> TimeoutConfig {
        let limits = self.session.limits();
        TimeoutConfig::builder()
            .connect_timeout(limits.timeout)
            .read_timeout(limits.timeout + wait)
            .operation_attempt_timeout(limits.timeout + wait)
            .operation_timeout(limits.whole_operation() + wait * limits.attempts)
            .build()
    }
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

fn read(message: aws_sdk_sqs::types::Message) -> Option<Message> {
    let number = |name| message.attributes.as_ref()?.get(&name)?.parse::<i64>().ok();
    let sent_at = number(Name::SentTimestamp).and_then(|millis| Timestamp::from_millisecond(millis).ok());
    let receive_count = number(Name::ApproximateReceiveCount).and_then(|count| u32::try_from(count).ok());
    Some(Message {
        sent_at,
        receive_count: receive_count.unwrap_or(1),
        id: MessageId(message.message_id?),
        receipt: message.receipt_handle?,
        body: message.body?,
    })
}
