//! Facts from plain texts.

use super::{Facts, LeftOut};

/// What a word that is only there has for a value: what the Python agents of old sent for it.
const PRESENT: &str = "None";
/// How a line begins that is not read.
const COMMENT: char = '#';

impl Facts {
    /// Every word of a text as a fact that is only there, as for Puppet's `classes.txt`. Tells what did not fit.
    pub fn from_words(text: &str) -> (Self, LeftOut) {
        let mut facts = Self::default();
        let left_out = text.split_whitespace().map(|word| facts.add(word.to_owned(), PRESENT.into())).sum();
        (facts, left_out)
    }

    /// The lines `NAME=VALUE` of a text; blank lines and those that begin with `#` are not read. None when another line
    /// is there: it is no such text. Tells what did not fit.
    ///
    /// A name has no blanks, quotes or brackets, and no `=>` follows it, so that YAML, JSON and what facter prints for
    /// people are not mistaken for such lines.
    pub fn from_assignments(text: &str) -> Option<(Self, LeftOut)> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(COMMENT));
        let assignments: Vec<_> = lines.map(assignment).collect::<Option<_>>()?;
        let mut facts = Self::default();
        let added = assignments.iter().map(|(name, value)| facts.add((*name).to_owned(), (*value).into()));
        let left_out = added.sum();
        Some((facts, left_out))
    }
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim_end();
    let belongs = |character: char| !character.is_whitespace() && !"\"'{}[],".contains(character);
    let is_assignment = !name.is_empty() && name.chars().all(belongs) && !value.starts_with('>');
    is_assignment.then(|| (name, value.trim_start()))
}
