//! What a node knows of itself: named scalars.
//!
//! - `fact`: one scalar. `flatten`: nested mappings and lists become names with dots. `text`: facts from plain texts.
//! - [`bounds`]: how much is taken, and what is told of the rest.

pub mod bounds;
mod fact;
mod flatten;
mod text;

use std::collections::{BTreeMap, btree_map};

use serde::{Deserialize, Serialize};

pub use bounds::LeftOut;
pub use fact::{Fact, number_in};

use bounds::{LONGEST_NAME, LONGEST_TEXT, MOST_FACTS};

/// The facts of one node, by name. Never more, and never longer ones, than [`bounds`] says, wherever they come from.
///
/// In JSON a flat object of scalars.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Fact>")]
pub struct Facts(BTreeMap<String, Fact>);

impl Facts {
    /// The fact of a name.
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.0.get(name)
    }

    /// Adds a fact, in place of an earlier one of the same name. Whether it was taken: false for one that does not
    /// fit within the [`bounds`].
    pub fn insert(&mut self, name: impl Into<String>, fact: impl Into<Fact>) -> bool {
        self.add(name.into(), fact.into()).is_empty()
    }

    /// All facts, in the order of their names' bytes.
    pub fn iter(&self) -> btree_map::Iter<'_, String, Fact> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds other facts, which win over earlier ones of the same name. Tells what did not fit within the [`bounds`].
    pub fn merge(&mut self, later: Self) -> LeftOut {
        later.0.into_iter().map(|(name, fact)| self.add(name, fact)).sum()
    }

    fn add(&mut self, name: String, fact: Fact) -> LeftOut {
        if name.is_empty() || name.len() > LONGEST_NAME {
            return LeftOut { names: 1, ..LeftOut::default() };
        }
        if matches!(&fact, Fact::Text(text) if text.len() > LONGEST_TEXT) {
            return LeftOut { long: 1, ..LeftOut::default() };
        }
        if self.0.len() >= MOST_FACTS && !self.0.contains_key(&name) {
            return LeftOut { too_many: 1, ..LeftOut::default() };
        }
        self.0.insert(name, fact);
        LeftOut::default()
    }
}

impl TryFrom<BTreeMap<String, Fact>> for Facts {
    type Error = LeftOut;

    fn try_from(facts: BTreeMap<String, Fact>) -> Result<Self, LeftOut> {
        let mut taken = Self::default();
        let left_out = taken.merge(Self(facts));
        if left_out.is_empty() { Ok(taken) } else { Err(left_out) }
    }
}

impl<'a> IntoIterator for &'a Facts {
    type Item = (&'a String, &'a Fact);
    type IntoIter = btree_map::Iter<'a, String, Fact>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
