//! What an agent answers.

use serde::{Deserialize, Serialize};

use super::super::cap::{TOO_LARGE, capped};
use super::super::names::{HostName, MessageId};
use super::{MessageError, Mode, wire};

/// How something ended, and how that is written: the old agents write a number for a command and a text for what they
/// say themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ReturnCode {
    /// A number: the exit status of a command; negative: the signal that ended it; or the errno for which it could not
    /// be started.
    Command(i32),
    /// A text: what the agent itself says, `"0"` for a ping, `"255"` for a script that could not be written.
    Agent(#[serde(serialize_with = "as_text")] i32),
}

fn as_text<S: serde::Serializer>(value: &i32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

impl ReturnCode {
    /// The number.
    pub const fn value(self) -> i32 {
        match self {
            Self::Command(value) | Self::Agent(value) => value,
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// What was asked for; of a reply that only says that an agent is there, [`Mode::Ping`].
    pub mode: Mode,
    /// What the command wrote on both its streams; for a ping the time at which it was sent.
    pub output: String,
    /// How it ended.
    pub rc: ReturnCode,
    /// When the answer was sent, in seconds since 1970 by the agent's clock. Of no use to a master.
    pub ts: f64,
    /// Which message is answered: the copy of the command that the agent took.
    pub msg_id: MessageId,
    /// Who answers.
    pub hostname: HostName,
    /// Whether another reply will follow, of the command that now runs.
    pub discovery: bool,
}

/// An answer as it is read.
#[derive(Deserialize)]
struct Received {
    mode: String,
    #[serde(deserialize_with = "lossy")]
    output: String,
    rc: serde_json::Value,
    ts: Option<f64>,
    msg_id: String,
    hostname: String,
    #[serde(default)]
    discovery: serde_json::Value,
}

/// An answer as it is sent. Only a reply that announces another has `discovery`.
#[derive(Serialize)]
struct Sent<'a> {
    mode: &'a str,
    output: &'a str,
    rc: ReturnCode,
    ts: f64,
    msg_id: &'a str,
    hostname: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    discovery: Option<u8>,
}

impl Reply {
    /// Reads a body.
    ///
    /// # Errors
    /// When it is no reply.
    pub fn decode(body: &str) -> Result<Self, MessageError> {
        let received: Received = wire::decode(body)?;
        Ok(Self {
            mode: received.mode.parse()?,
            output: received.output,
            rc: return_code(&received.rc)?,
            ts: received.ts.unwrap_or_default(),
            msg_id: MessageId::new(received.msg_id)?,
            hostname: HostName::new(received.hostname)?,
            discovery: is_set(&received.discovery),
        })
    }

    /// The body; of an output that does not fit only the end.
    pub fn encode(&self) -> String {
        let body = self.encode_with(&self.output);
        if body.len() < TOO_LARGE { body } else { self.encode_with(&capped(&self.output)) }
    }

    fn encode_with(&self, output: &str) -> String {
        wire::encode(&Sent {
            mode: self.mode.as_str(),
            output,
            rc: self.rc,
            ts: self.ts,
            msg_id: self.msg_id.as_str(),
            hostname: self.hostname.as_str(),
            discovery: self.discovery.then_some(1),
        })
    }
}

fn return_code(value: &serde_json::Value) -> Result<ReturnCode, MessageError> {
    let code = match value {
        serde_json::Value::Number(number) => {
            number.as_i64().and_then(|code| i32::try_from(code).ok()).map(ReturnCode::Command)
        }
        serde_json::Value::String(text) => text.parse().ok().map(ReturnCode::Agent),
        _ => None,
    };
    code.ok_or(MessageError::ReturnCode)
}

/// As Python takes a value for true.
fn is_set(value: &serde_json::Value) -> bool {
    !matches!(value.as_f64(), Some(0.0)) && !value.is_null() && value != &serde_json::Value::Bool(false)
}

/// A text in which half a character, which Python lets through as `\ud83d`, does not lose the whole reply.
fn lossy<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Bytes;

    impl serde::de::Visitor<'_> for Bytes {
        type Value = String;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a text")
        }

        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }

        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
    }

    deserializer.deserialize_bytes(Bytes)
}
