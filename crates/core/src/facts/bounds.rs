//! How much is taken for facts, and what is told of the rest.

use std::fmt;
use std::iter::Sum;

/// The most facts of a node.
pub const MOST_FACTS: usize = 4_096;
/// How deep mappings and lists may lie within each other.
pub const DEEPEST: usize = 16;
/// The longest name of a fact, in bytes.
pub const LONGEST_NAME: usize = 256;
/// The longest text of a fact, in bytes.
pub const LONGEST_TEXT: usize = 4_096;

/// How many facts did not fit within the bounds, by reason. They are left out whole: a cut text would be another fact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// There were [`MOST_FACTS`] already.
    pub too_many: usize,
    /// They lay deeper than [`DEEPEST`] levels: mappings and lists, each counted as one.
    pub deep: usize,
    /// Their names were empty or longer than [`LONGEST_NAME`].
    pub names: usize,
    /// Their texts were longer than [`LONGEST_TEXT`].
    pub long: usize,
}

impl LeftOut {
    /// Whether everything was taken.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Sum for LeftOut {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |sum, part| Self {
            too_many: sum.too_many + part.too_many,
            deep: sum.deep + part.deep,
            names: sum.names + part.names,
            long: sum.long + part.long,
        })
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons = [
            (self.too_many, format!("beyond the {MOST_FACTS} facts that a node may have")),
            (self.deep, format!("deeper than {DEEPEST} levels")),
            (self.names, format!("without a name, or with one of more than {LONGEST_NAME} bytes")),
            (self.long, format!("with a text of more than {LONGEST_TEXT} bytes")),
        ];
        let told: Vec<_> =
            reasons.iter().filter(|(count, _)| *count > 0).map(|(count, why)| format!("{count} {why}")).collect();
        match told.len() {
            0 => f.write_str("no facts are left out"),
            _ => write!(f, "facts are left out: {}", told.join(", ")),
        }
    }
}
