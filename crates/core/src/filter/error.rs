//! What is wrong with the text of a filter, and where.

use std::fmt;

use super::bounds::{DEEPEST, LONGEST, MOST_PATTERNS};

/// How many characters of a text are shown on each side of what is wrong.
const SHOWN: usize = 60;
/// What stands for text that is not shown.
const CUT: &str = "...";

/// Why a text is no filter. Shown with the text and a caret under the character, on three lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    problem: FilterProblem,
    text: String,
    at: usize,
}

/// What is wrong with the text of a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterProblem {
    /// Nothing but blanks.
    #[error("the filter is empty")]
    Empty,
    /// More than [`LONGEST`] bytes.
    #[error("the filter has {0} bytes; at most {LONGEST} are allowed")]
    TooLong(usize),
    /// Parentheses more than [`DEEPEST`] levels deep.
    #[error("the parentheses are more than {DEEPEST} levels deep")]
    TooDeep,
    /// More than [`MOST_PATTERNS`] regular expressions.
    #[error("there are more than {MOST_PATTERNS} regular expressions")]
    TooManyPatterns,
    /// A quote that does not end.
    #[error("the quote that begins here does not end")]
    UnclosedQuote,
    /// A parenthesis that does not end.
    #[error("the parenthesis that begins here does not end")]
    UnclosedParenthesis,
    /// Characters that mean nothing.
    #[error("'{found}' has no meaning here")]
    Meaningless {
        /// The characters.
        found: String,
        /// What to write instead.
        instead: &'static str,
    },
    /// No fact's name where one must be.
    #[error("the name of a fact is missing here, before {0}")]
    MissingName(String),
    /// No value where one must be.
    #[error("the value is missing here, before {0}")]
    MissingValue(String),
    /// Something where the expression could only go on with `and` or `or`.
    #[error("{0} does not follow from what stands before it")]
    Unconnected(String),
    /// No regular expression.
    #[error("this is no usable regular expression: {0}")]
    Pattern(String),
}

impl FilterProblem {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Empty => "write * for all nodes, or for example role=web",
            Self::TooLong(_) | Self::TooManyPatterns => "make it shorter, or put what it says into a fact of its own",
            Self::TooDeep => "leave out the parentheses that are not needed",
            Self::UnclosedQuote => "end it with the same quote",
            Self::UnclosedParenthesis => "end it with )",
            Self::Meaningless { instead, .. } => instead,
            Self::MissingName(_) => "write NAME or NAME=VALUE; put a name such as and, or, not into quotes",
            Self::MissingValue(_) => "write NAME=VALUE; put an empty value, or one with blanks, into quotes",
            Self::Unconnected(_) => "write and or or between two conditions; put a value with blanks into quotes",
            Self::Pattern(_) => "correct or simplify it; put \\ before a character that is meant as it is",
        }
    }
}

/// What is wrong, and at which character, counted from 0.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) problem: FilterProblem,
    pub(super) at: usize,
}

impl FilterError {
    pub(super) fn new(text: &str, found: Found) -> Self {
        let (text, at) = window(text, found.at);
        Self { problem: found.problem, text, at }
    }

    /// What is wrong, without the place: for a log.
    pub fn problem(&self) -> &FilterProblem {
        &self.problem
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        self.problem.remedy()
    }

    /// The text, or the part of it around what is wrong, and below it a caret under the character: two lines.
    pub fn pointed(&self) -> String {
        format!("{}\n{}^", self.text, " ".repeat(self.at))
    }
}

impl std::error::Error for FilterError {}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.problem, self.remedy())?;
        self.pointed().lines().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

/// The part of a text around a character, on one line and without control characters, and where in it the character is.
fn window(text: &str, at: usize) -> (String, usize) {
    let start = at.saturating_sub(SHOWN);
    let mut characters = text.chars().skip(start);
    let middle: String = characters.by_ref().take(at - start + SHOWN).map(visible).collect();
    let before = if start > 0 { CUT } else { "" };
    let after = if characters.next().is_some() { CUT } else { "" };
    (format!("{before}{middle}{after}"), at - start + before.len())
}

fn visible(character: char) -> char {
    if character.is_control() { ' ' } else { character }
}
