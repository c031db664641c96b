//! Regular expressions for whole command lines.

use regex::{Regex, RegexBuilder};

/// The most memory that one may take when it is compiled, in bytes.
const MEMORY: usize = 1 << 20;

/// A regular expression that must match a line from its first to its last character.
#[derive(Debug, Clone)]
pub(super) struct Line(Regex);

impl Line {
    /// Reads one. It is tried alone first: `a)|(b` is none, but would be one within the parentheses put around it.
    pub(super) fn new(pattern: &str) -> Result<Self, String> {
        let compiled = |text: &str| RegexBuilder::new(text).size_limit(MEMORY).build();
        let whole = compiled(pattern).and_then(|_| compiled(&format!(r"\A(?:{pattern})\z")));
        whole.map(Self).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned();
            format!("'{pattern}' is no regular expression: {reason}")
        })
    }

    /// Whether the line is as the pattern says. Two lines never are, since a shell takes them for two commands, and a
    /// pattern like `[^;]*` does not think of that.
    pub(super) fn matches(&self, line: &str) -> bool {
        !line.contains(['\n', '\r']) && self.0.is_match(line)
    }
}
