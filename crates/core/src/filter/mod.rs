//! Which nodes are meant: an expression over their facts.
//!
//! ```text
//! role=web and not memcached and cpus>=4 and kernel~"^6\."
//! ```
//!
//! - `NAME`: the node has the fact. `*`: every node.
//! - `NAME=VALUE`, `NAME!=VALUE`: the texts are the same, or both are numbers and equal: `cpus=4` is met by `4.0`. A
//!   value in quotes is always a text: `version="1.10"` is not met by `1.1`.
//! - `NAME<VALUE`, `<=`, `>`, `>=`: both are numbers, in this order. Of anything else none of the four is true.
//! - `NAME~PATTERN`, `NAME!~PATTERN`: the pattern, a regular expression, is found somewhere in the fact's text.
//! - `!=` and `!~` are `not` of `=` and `~`: a node without the fact meets them.
//! - `not`, `and`, `or` bind in this order, in any case; parentheses change it.
//! - A name or value of other characters than letters, digits and `_.-:/@+%^$\[]{}?#` stands in quotes. In `"..."` a
//!   backslash before `"` or `\` takes its meaning away, and stands for itself elsewhere; in `'...'` it always does.
//!
//! - `token`, `parse`: from text to `expression`, which is judged there. `compare`: numbers and texts. `pattern`:
//!   regular expressions within bounds. `error`: what is wrong with a text, and where. [`bounds`]: how much is taken.

pub mod bounds;
mod compare;
mod error;
mod expression;
mod parse;
mod pattern;
mod token;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use error::{FilterError, FilterProblem};

use crate::facts::Facts;
use expression::Expression;

/// The filter that every node meets.
const EVERYTHING: &str = "*";

/// An expression over facts, checked and ready to be judged. In JSON and TOML it is its text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Filter {
    text: String,
    expression: Expression,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// When it is no expression of the language, or beyond the [`bounds`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let parsed = parse::parse(text);
        parsed
            .map(|expression| Self { text: text.to_owned(), expression })
            .map_err(|found| FilterError::new(text, found))
    }

    /// The filter that every node meets: `*`.
    pub fn everything() -> Self {
        Self { text: EVERYTHING.to_owned(), expression: Expression::Everything }
    }

    /// Whether a node with these facts is meant. Takes time in proportion to the length of the filter and of the facts
    /// it names.
    pub fn matches(&self, facts: &Facts) -> bool {
        self.expression.matches(facts)
    }

    /// Whether it is about facts at all: `*` is not.
    pub fn depends_on_facts(&self) -> bool {
        !matches!(self.expression, Expression::Everything)
    }

    /// The text it was read from.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Filter {}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Filter {
    type Error = FilterError;

    fn try_from(text: String) -> Result<Self, FilterError> {
        Self::parse(&text)
    }
}

impl From<Filter> for String {
    fn from(filter: Filter) -> Self {
        filter.text
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
