//! What a command asks for, by its name in messages.

use std::fmt;
use std::str::FromStr;

use super::MessageError;

/// What a command asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Whether an agent is there.
    Ping,
    /// The same, for a master that only counts.
    Count,
    /// A shell command.
    Cli,
    /// A script that the message carries.
    Script,
    /// A script that lies in S3.
    S3,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Ping, Self::Count, Self::Cli, Self::Script, Self::S3];

    /// As it is written in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::Count => "count",
            Self::Cli => "cli",
            Self::Script => "script",
            Self::S3 => "s3",
        }
    }

    /// Whether an agent runs something, and answers twice: that it is there, and how that ended.
    pub const fn runs_something(self) -> bool {
        matches!(self, Self::Cli | Self::Script | Self::S3)
    }
}

impl FromStr for Mode {
    type Err = MessageError;

    fn from_str(text: &str) -> Result<Self, MessageError> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text).ok_or_else(|| MessageError::mode(text))
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
