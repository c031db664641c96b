//! The format of records and entries, which is one: they are kept side by side.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::format::{self, Unreadable};

/// The format this program writes. A higher one is refused, never guessed at.
pub const FORMAT: u32 = 1;

/// Why stored text cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer release.
    #[error("it has format {0}, this release understands {FORMAT}")]
    Newer(u32),
    /// Not what this program writes at all.
    #[error("it is damaged: {0}")]
    Damaged(serde_json::Error),
}

impl DecodeError {
    /// What to do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Newer(_) => "upgrade bellwether on this node",
            Self::Damaged(_) => "another program may have written it; restore the store from a copy, or use another",
        }
    }
}

impl From<Unreadable> for DecodeError {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Newer(format) => Self::Newer(format),
            Unreadable::Damaged(error) => Self::Damaged(error),
        }
    }
}

pub(super) fn encode<T: Serialize>(content: &T) -> Result<String, serde_json::Error> {
    format::encode(FORMAT, content)
}

/// Reads what [`encode`] wrote.
pub(super) fn decode<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    Ok(format::decode(FORMAT, text)?)
}
