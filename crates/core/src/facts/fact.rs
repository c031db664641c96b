//! One scalar that a node knows of itself.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Number;

/// A scalar, as JSON and YAML have them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Fact {
    /// Known to be nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Anything else.
    Text(String),
}

impl Fact {
    /// As JSON and YAML write it, a text without quotes: `null`, `true`, `4`, `4.5`, `web`.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed("null"),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }

    /// The number it is, or that its text is: see [`number_in`].
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.as_f64(),
            Self::Text(text) => number_in(text),
            Self::Null | Self::Bool(_) => None,
        }
    }
}

/// The number that a text is, as JSON writes numbers: `4`, `-0.5`, `1e3`. A leading zero or plus, blanks or a unit make
/// it a text: `007` is an identifier, and no number is infinite.
pub fn number_in(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let starts_as_number = digits.starts_with(|first: char| first.is_ascii_digit());
    let has_leading_zero = digits.starts_with('0') && digits[1..].starts_with(|next: char| next.is_ascii_digit());
    let ends_as_number = text.ends_with(|last: char| last.is_ascii_digit());
    if !starts_as_number || has_leading_zero || !ends_as_number || text.contains(".e") || text.contains(".E") {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Fact {
    fn from(number: u64) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Fact {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
