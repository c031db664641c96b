//! Regular expressions for whole command lines: what lists of allowed commands are made of.

use regex::{Error, Regex, RegexBuilder};

/// The most memory that one may take when it is compiled, in bytes.
const MEMORY: usize = 1 << 20;

/// A regular expression that must match a line from its first to its last character: who writes `uptime` does not mean
/// `uptime; reboot`.
#[derive(Debug, Clone)]
pub struct LinePattern(Regex);

impl LinePattern {
    /// Reads one. It is tried alone first: `a)|(b` is none, but would be one within the parentheses put around it.
    ///
    /// # Errors
    /// When it is no regular expression, or one that would take too much memory.
    pub fn new(pattern: &str) -> Result<Self, Error> {
        let compiled = |text: &str| RegexBuilder::new(text).size_limit(MEMORY).build();
        compiled(pattern)?;
        compiled(&format!(r"\A(?:{pattern})\z")).map(Self)
    }

    /// Whether the line is as the pattern says. Two lines never are, since a shell takes them for two commands, and a
    /// pattern like `[^;]*` does not think of that.
    pub fn matches(&self, line: &str) -> bool {
        !line.contains(['\n', '\r']) && self.0.is_match(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_line_matches_or_nothing_does() {
        let pattern = LinePattern::new("a|b").unwrap();
        for (line, matches) in [("a", true), ("b", true), ("ab", false), ("a; b", false), (" a", false), ("", false)] {
            assert_eq!(pattern.matches(line), matches, "{line}");
        }
    }

    #[test]
    fn two_lines_match_no_pattern() {
        let anything = LinePattern::new("(?s).*").unwrap();
        assert!(anything.matches("ls x"));
        assert!(!anything.matches("ls x\nid") && !anything.matches("ls x\rid") && !anything.matches("ls\n"));
    }

    #[test]
    fn what_is_no_pattern_of_its_own_is_none() {
        for pattern in ["(", "a)|(b", "x{9999999}"] {
            assert!(LinePattern::new(pattern).is_err(), "{pattern}");
        }
    }
}
