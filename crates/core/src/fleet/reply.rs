//! What agents answer: the body of a reply's envelope.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::bytes::Bytes;
use super::id::RequestId;
use super::request::EnvironmentName;
use crate::facts::Facts;
use crate::names::NodeId;

/// The most bytes of output in one reply; with base64 and the envelope it stays far below the smallest limit of a
/// transport.
pub const LARGEST_CHUNK: usize = 48 * 1024;

/// Says that a body is a reply, so that a request can never be taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReplyKind {
    /// The one value.
    Reply,
}

/// A reply. Fields that a newer release adds are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// That it is one.
    pub kind: ReplyKind,
    /// The request it answers.
    pub id: RequestId,
    /// The call that the request belongs to.
    pub call: RequestId,
    /// The environment.
    pub env: EnvironmentName,
    /// Who answers.
    pub node: NodeId,
    /// Which of the node's replies to this request it is, from 0 on: transports may change the order, or deliver twice.
    pub seq: u64,
    /// When it was made, by the agent's clock.
    pub at: Timestamp,
    /// What it tells.
    pub event: Event,
}

/// What a reply tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// The answer to a ping; the last reply.
    Pong,
    /// The answer to a question for facts; the last reply.
    Facts(Facts),
    /// It will not be done; the last reply.
    Refused(Refusal),
    /// The request is good, and is in the journal.
    Accepted,
    /// The command runs.
    Started,
    /// A part of what the command wrote.
    Output(Output),
    /// The command still runs; said every few seconds when there is nothing else to say.
    Alive {
        /// For how long it has been running.
        running_ms: u64,
    },
    /// The command has ended, or will never run; the last reply.
    Done(Done),
}

impl Event {
    /// Whether no other reply to the request follows.
    pub const fn is_last(&self) -> bool {
        matches!(self, Self::Pong | Self::Facts(_) | Self::Refused(_) | Self::Done(_))
    }
}

/// Why a request is not done, as the caller is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The kind of reason.
    pub why: Why,
    /// The reason in words, with what to do about it.
    pub detail: String,
}

/// Kinds of reasons to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// It came too late, or is dated in the future.
    Expired,
    /// The policy does not allow it.
    Policy,
    /// The agent has as much to do as it may, or is ending.
    Busy,
    /// It asks for something that this agent cannot do, such as another user without being root.
    Impossible,
}

/// Which stream of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// A part of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Which stream.
    pub stream: Stream,
    /// Where in the stream it begins, in bytes. What lies between the end of the part before and here was dropped.
    pub offset: u64,
    /// The bytes, at most [`LARGEST_CHUNK`].
    pub bytes: Bytes,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// What became of it.
    pub outcome: Outcome,
    /// How long it ran.
    pub duration_ms: u64,
    /// Bytes of standard output that were not sent.
    #[serde(default)]
    pub dropped_out: u64,
    /// Bytes of standard error that were not sent.
    #[serde(default)]
    pub dropped_err: u64,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It ended with this status.
    Exited(i32),
    /// This signal ended it.
    Signaled(i32),
    /// Its time was over; its process group was ended.
    TimedOut,
    /// It could not be started, and why: nothing was run.
    NotStarted(String),
    /// The agent was killed while it ran, and why nobody knows what became of it. It is never run again.
    Unknown(String),
}

impl Outcome {
    /// Whether it ran and ended with status 0.
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Exited(0))
    }
}

impl Reply {
    /// The body to be signed.
    ///
    /// # Errors
    /// When it cannot be written as JSON; it has no reason to.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads a body whose signature was found right.
    ///
    /// # Errors
    /// When it is no reply that this release understands, or has more output than one reply may.
    pub fn decode(body: &str) -> Result<Self, serde_json::Error> {
        let reply: Self = serde_json::from_str(body)?;
        match &reply.event {
            Event::Output(output) if output.bytes.0.len() > LARGEST_CHUNK => Err(serde::de::Error::custom(format!(
                "it has {} bytes of output; at most {LARGEST_CHUNK} are allowed",
                output.bytes.0.len()
            ))),
            _ => Ok(reply),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::envelope::{Envelope, LARGEST};
    use crate::fleet::keys::SigningKey;

    fn reply(event: Event) -> Reply {
        let id = RequestId::new(Timestamp::UNIX_EPOCH, [1; 10]);
        Reply {
            kind: ReplyKind::Reply,
            id,
            call: id,
            env: "production".parse().unwrap(),
            node: NodeId::new("x".repeat(200)).unwrap(),
            seq: 3,
            at: Timestamp::UNIX_EPOCH,
            event,
        }
    }

    #[test]
    fn replies_are_read_as_they_are_written() {
        let done = Done { outcome: Outcome::Unknown("killed".into()), duration_ms: 1, dropped_out: 2, dropped_err: 0 };
        let refusal = Refusal { why: Why::Policy, detail: "no rule allows it".to_owned() };
        for event in [
            Event::Pong,
            Event::Facts(Facts::default()),
            Event::Refused(refusal),
            Event::Accepted,
            Event::Started,
            Event::Alive { running_ms: 5_000 },
            Event::Done(done),
        ] {
            let reply = reply(event);
            assert_eq!(Reply::decode(&reply.encode().unwrap()).unwrap(), reply);
        }
    }

    #[test]
    fn more_output_than_one_reply_may_have_is_refused() {
        let of = |length| {
            let bytes = Bytes(vec![b'x'; length]);
            Reply::decode(&reply(Event::Output(Output { stream: Stream::Out, offset: 0, bytes })).encode().unwrap())
        };
        assert!(of(LARGEST_CHUNK).is_ok());
        assert!(of(LARGEST_CHUNK + 1).unwrap_err().to_string().contains("at most"));
    }

    #[test]
    fn the_largest_part_of_an_output_fits_into_an_envelope() {
        let bytes = Bytes(vec![0xff; LARGEST_CHUNK]);
        let output = reply(Event::Output(Output { stream: Stream::Out, offset: u64::MAX, bytes }));
        let key = SigningKey::from_seed([1; 32]).unwrap();
        let sealed = Envelope::seal(&key, output.encode().unwrap()).unwrap();
        assert!(sealed.len() < LARGEST / 2, "{} bytes", sealed.len());
    }
}
