//! By what a notice is known again.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::word::Word;

/// By what a notice is known again, in the next answer and after a restart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NoticeKey(String);

impl NoticeKey {
    /// Words hold no slash, so that different words never make the same key.
    pub(super) fn of(words: &[&Word]) -> Self {
        let words: Vec<_> = words.iter().map(|word| word.as_str()).collect();
        Self(words.join("/"))
    }

    pub(super) fn brought_forward_to(&self, deadline: Timestamp) -> Self {
        Self(format!("{}/due/{deadline}", self.0))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NoticeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
