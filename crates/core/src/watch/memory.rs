//! Journal and notices as they are saved, in one file, so that neither is ever ahead of the other.

use serde::{Deserialize, Serialize};

use super::journal::Journal;
use crate::notice::Ledger;

/// The format this program writes. A higher one is refused, never guessed at.
const FORMAT: u32 = 1;

/// The longest saved text that is read, in bytes.
pub const LONGEST: usize = 4 << 20;

/// What outlives the program.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Memory {
    /// What every source said last, and which notices have been acted on.
    pub ledger: Ledger,
    /// What is being done.
    pub journal: Journal,
}

/// Why saved text cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// Written by a newer release.
    #[error("the saved state has format {0}, this release understands {FORMAT}; upgrade bellwether on this node")]
    Newer(u32),
    /// Not what this program writes.
    #[error(
        "the saved state is damaged: {0}; look whether the node is registered in its load balancers, then remove the file"
    )]
    Damaged(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[derive(Serialize)]
struct Written<'a> {
    format: u32,
    #[serde(flatten)]
    memory: &'a Memory,
}

impl Memory {
    /// As it is saved: JSON with its format number.
    ///
    /// # Errors
    /// Never for what this program made; the encoder's error otherwise.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Written { format: FORMAT, memory: self })
    }

    /// Reads what [`Memory::encode`] wrote.
    ///
    /// # Errors
    /// When the text is of a newer format, or something else.
    pub fn decode(text: &str) -> Result<Self, MemoryError> {
        let Format { format } = serde_json::from_str(text)?;
        if format > FORMAT {
            return Err(MemoryError::Newer(format));
        }
        Ok(serde_json::from_str(text)?)
    }
}
