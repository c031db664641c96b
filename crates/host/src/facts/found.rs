//! What a source has told.

use std::fmt;

use bellwether_core::facts::{Facts, LeftOut};

/// The facts of one or more sources, and what was wrong with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) facts: Facts,
    pub(super) problems: Vec<String>,
}

impl Found {
    /// A source that told nothing.
    pub(super) fn nothing(why: impl Into<String>) -> Self {
        Self { facts: Facts::default(), problems: vec![why.into()] }
    }

    /// The facts of one source, and what did not fit.
    pub(super) fn of(source: impl fmt::Display, (facts, left_out): (Facts, LeftOut)) -> Self {
        let mut found = Self { facts, problems: Vec::new() };
        found.note(source, left_out);
        found
    }

    /// Adds what a later source has told; whether all of it fits.
    pub(super) fn merge(&mut self, later: Self) -> bool {
        let left_out = self.facts.merge(later.facts);
        self.problems.extend(later.problems);
        self.note("all sources together", left_out);
        left_out.is_empty()
    }

    fn note(&mut self, source: impl fmt::Display, left_out: LeftOut) {
        if !left_out.is_empty() {
            self.problems.push(format!("{source}: {left_out}; let it tell less"));
        }
    }
}
