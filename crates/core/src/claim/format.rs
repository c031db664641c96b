//! How records and entries are written: JSON with the number of its format.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

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
    Damaged(#[from] serde_json::Error),
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

#[derive(Serialize)]
struct Written<'a, T> {
    format: u32,
    #[serde(flatten)]
    content: &'a T,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

pub(super) fn encode<T: Serialize>(content: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Written { format: FORMAT, content })
}

/// Reads what [`encode`] wrote. The format is looked at first: of a newer one the fields may be unknown.
pub(super) fn decode<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    let Format { format } = serde_json::from_str(text)?;
    if format > FORMAT {
        return Err(DecodeError::Newer(format));
    }
    Ok(serde_json::from_str(text)?)
}
