//! Journal and notices as they are saved, in one file, so that neither is ever ahead of the other.

use serde::{Deserialize, Serialize};

use super::journal::Journal;
use crate::format::{self, Unreadable};
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
    Damaged(serde_json::Error),
}

impl From<Unreadable> for MemoryError {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Newer(format) => Self::Newer(format),
            Unreadable::Damaged(error) => Self::Damaged(error),
        }
    }
}

impl Memory {
    /// As it is saved: JSON with its format number.
    ///
    /// # Errors
    /// Never for what this program made; the encoder's error otherwise.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        format::encode(FORMAT, self)
    }

    /// Reads what [`Memory::encode`] wrote.
    ///
    /// # Errors
    /// When the text is of a newer format, or something else.
    pub fn decode(text: &str) -> Result<Self, MemoryError> {
        Ok(format::decode(FORMAT, text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::{NodeState, Notice, Word};

    fn memory() -> Memory {
        let source = Word::new("cs").unwrap();
        let notice = Notice::of_state(&source, NodeState::Draining, Word::new("draining").unwrap()).because("x");
        let mut memory = Memory::default();
        memory.ledger.observe(&source, vec![notice.clone()]);
        memory.ledger.acted_on(&notice.key);
        memory.journal.set_blocks(true);
        memory
    }

    #[test]
    fn what_is_written_reads_back() {
        assert_eq!(Memory::decode(&memory().encode().unwrap()).unwrap(), memory());
    }

    #[test]
    fn the_saved_form_is_the_one_other_releases_read() {
        assert_eq!(
            memory().encode().unwrap(),
            concat!(
                r#"{"format":1,"ledger":{"sources":{"cs":{"notices":[{"source":"cs","key":"cs/draining","#,
                r#""lasting":"while-in-state","state":"draining","said":"draining","detail":"x"}],"entered":false}},"#,
                r#""acted":["cs/draining"]},"journal":{"state":null,"causes":[],"blocks":true,"deregistered":false,"#,
                r#""tasks":[]}}"#
            )
        );
    }

    #[test]
    fn a_newer_format_is_refused_even_when_its_fields_are_unknown() {
        assert!(matches!(Memory::decode(r#"{"format":2,"shape":"new"}"#), Err(MemoryError::Newer(2))));
    }

    #[test]
    fn strange_text_is_no_memory() {
        let text = memory().encode().unwrap();
        let strange_source = text.replace(r#""sources":{"cs""#, r#""sources":{"../x""#);
        assert_ne!(strange_source, text);
        for text in ["", "{}", r#"{"format":1}"#, "[]", "null", &strange_source, &text[..text.len() / 2]] {
            assert!(matches!(Memory::decode(text), Err(MemoryError::Damaged(_))), "{text}");
        }
    }
}
