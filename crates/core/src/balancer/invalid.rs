//! What breaks a rule of the load balancers, in words.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// How much of a refused text is shown.
const SHOWN: usize = 80;

/// Something that AWS would refuse, found before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {remedy}")]
pub struct Invalid {
    /// What is wrong with what.
    pub message: String,
    /// What is allowed.
    pub remedy: String,
}

impl Invalid {
    pub(super) fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: remedy.into() }
    }

    /// A text that cannot be what it is meant to be.
    pub(super) fn text(text: &str, is_no: &str, remedy: impl Into<String>) -> Self {
        Self::new(format!("'{}' is no {is_no}", shown(text)), remedy)
    }
}

/// Checks a number against the range that the API reference gives for it.
pub(super) fn check_range<N>(what: &str, number: N, range: &RangeInclusive<N>, unit: &str) -> Result<(), Invalid>
where
    N: PartialOrd + Display,
{
    if range.contains(&number) {
        return Ok(());
    }
    let allowed = format!("give {} to {}{unit}", range.start(), range.end());
    Err(Invalid::new(format!("{what} cannot be {number}{unit}"), allowed))
}

/// A text on one line, without control characters, cut short.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push_str("...");
    }
    shown
}
