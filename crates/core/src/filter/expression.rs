//! What a filter says, and whether facts meet it.

use std::cmp::Ordering;

use super::compare;
use super::pattern::Pattern;
use crate::facts::{Fact, Facts};

/// A condition on facts.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    Everything,
    Any(Vec<Expression>),
    All(Vec<Expression>),
    Not(Box<Expression>),
    /// There is a fact of this name.
    Present(String),
    /// There is a fact of this name, and it meets this.
    Test(String, Test),
}

/// A condition on one fact.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Equal(Operand),
    /// Both are numbers, and the fact's is to the value's as this says.
    Ordered(fn(Ordering) -> bool, Operand),
    Matches(Pattern),
}

/// A name or value as a filter has it.
#[derive(Debug, Clone)]
pub(super) struct Operand {
    pub(super) text: String,
    pub(super) is_quoted: bool,
}

impl Expression {
    /// At least one of several; a single one is itself.
    pub(super) fn any(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.remove(0) } else { Self::Any(parts) }
    }

    /// Each of several; a single one is itself.
    pub(super) fn all(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.remove(0) } else { Self::All(parts) }
    }

    /// Goes no deeper than the bound on parentheses allows.
    pub(super) fn matches(&self, facts: &Facts) -> bool {
        match self {
            Self::Everything => true,
            Self::Any(parts) => parts.iter().any(|part| part.matches(facts)),
            Self::All(parts) => parts.iter().all(|part| part.matches(facts)),
            Self::Not(condition) => !condition.matches(facts),
            Self::Present(name) => facts.get(name).is_some(),
            Self::Test(name, test) => facts.get(name).is_some_and(|fact| test.is_met(fact)),
        }
    }
}

impl Test {
    fn is_met(&self, fact: &Fact) -> bool {
        match self {
            Self::Equal(value) if value.is_quoted => fact.text() == value.text,
            Self::Equal(value) => {
                fact.text() == value.text || compare::numbers(fact, &value.text) == Some(Ordering::Equal)
            }
            Self::Ordered(wanted, value) => compare::numbers(fact, &value.text).is_some_and(wanted),
            Self::Matches(pattern) => pattern.is_found(&fact.text()),
        }
    }
}
