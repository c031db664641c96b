//! What can be wrong with a body.

use super::super::cap::TOO_LARGE;
use super::super::names::NameError;
use super::wire::LONGEST_BODY;
use crate::text::shown;

/// How much of a text of somebody else is shown, in characters.
const SHOWN: usize = 40;

/// Why a body is no message of the expected kind.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// More bytes than any message has.
    #[error("the message has {0} bytes; at most {LONGEST_BODY} are read")]
    TooLong(usize),
    /// The body is not base64.
    #[error("the message is not base64: {0}")]
    NotBase64(#[from] base64::DecodeError),
    /// What is in it is not such an object; why, shortened: the reader's reasons repeat what others wrote.
    #[error("the message is not JSON of the expected form: {0}")]
    NotJson(String),
    /// A mode nobody knows; shortened.
    #[error("'{0}' is not a mode; the modes are ping, count, cli, script and s3")]
    Mode(String),
    /// A name that cannot be one.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A mode that needs a command is without one.
    #[error("the message has no 'cmd', which its mode needs")]
    NoCommand,
    /// The status of a command is neither a number nor a text that is one.
    #[error("'rc' is not a whole number")]
    ReturnCode,
    /// Facts that do not say whose they are.
    #[error("the facts have no 'ec2_cagent_hostname'")]
    Nameless,
}

impl From<serde_json::Error> for MessageError {
    fn from(error: serde_json::Error) -> Self {
        Self::NotJson(shown(&error.to_string()))
    }
}

impl MessageError {
    pub(super) fn mode(text: &str) -> Self {
        Self::Mode(text.chars().take(SHOWN).flat_map(char::escape_debug).collect())
    }
}

/// A message that the queues do not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the message has {size} bytes as it is sent; it must have less than {TOO_LARGE}")]
pub struct TooLarge {
    /// The size of its body, in bytes.
    pub size: usize,
}
