//! Words that sources use: they become parts of keys, names of directories and arguments of programs.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest word, in bytes. The longest that AWS uses for a state or an id of an event has about 40.
const LONGEST: usize = 100;

/// Why a text is no word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// More bytes than any state or event has.
    #[error("it has {0} bytes; at most {LONGEST} are allowed")]
    TooLong(usize),
    /// A character that could lead out of a directory or break a line.
    #[error("it has other characters than letters, digits, '-', '_', ':' and '.' (not in the first place)")]
    Characters,
}

/// A state, a source or an event as its source calls it.
///
/// Safe as the name of a directory and as an argument: letters, digits, `_`, and behind the first place `-`, `:` and
/// `.`, all of them ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Word(Cow<'static, str>);

impl Word {
    /// Checks and takes a word.
    ///
    /// # Errors
    /// When it is empty, too long, or holds other characters.
    pub fn new(text: impl Into<String>) -> Result<Self, WordError> {
        let text = text.into();
        check(text.as_bytes())?;
        Ok(Self(Cow::Owned(text)))
    }

    /// A word that is part of the program. In a constant, a text that is no word does not compile.
    ///
    /// # Panics
    /// Outside a constant, when the text is no word.
    pub const fn fixed(text: &'static str) -> Self {
        assert!(check(text.as_bytes()).is_ok(), "no word");
        Self(Cow::Borrowed(text))
    }

    /// The word as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A loop, since iterators cannot be used in constants.
const fn check(text: &[u8]) -> Result<(), WordError> {
    if text.is_empty() {
        return Err(WordError::Empty);
    }
    if text.len() > LONGEST {
        return Err(WordError::TooLong(text.len()));
    }
    let mut place = 0;
    while place < text.len() {
        match text[place] {
            byte if byte.is_ascii_alphanumeric() || byte == b'_' => {}
            b'-' | b':' | b'.' if place > 0 => {}
            _ => return Err(WordError::Characters),
        }
        place += 1;
    }
    Ok(())
}

impl TryFrom<String> for Word {
    type Error = WordError;

    fn try_from(text: String) -> Result<Self, WordError> {
        Self::new(text)
    }
}

impl std::str::FromStr for Word {
    type Err = WordError;

    fn from_str(text: &str) -> Result<Self, WordError> {
        Self::new(text)
    }
}

impl From<Word> for String {
    fn from(word: Word) -> Self {
        word.0.into_owned()
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_aws_and_clonesquad_are_words() {
        for text in ["draining", "Warmed:Running", "shutting-down", "instance-event-0d59937288b749b32", "elb:web_1"] {
            assert!(Word::new(text).is_ok(), "{text}");
        }
        assert!(Word::new("2026-11-21T10:00:00.5Z").is_ok());
    }

    #[test]
    fn what_could_leave_its_place_is_none() {
        for text in [".", "..", "../x", "a/b", "a b", "a\nb", "-rf", ":x", "dré", "a\0", "$(x)", "*"] {
            assert_eq!(Word::new(text), Err(WordError::Characters), "{text}");
        }
        assert_eq!(Word::new(""), Err(WordError::Empty));
        assert!(Word::new("x".repeat(LONGEST)).is_ok());
        assert_eq!(Word::new("x".repeat(LONGEST + 1)), Err(WordError::TooLong(LONGEST + 1)));
    }
}
