//! Patterns for whole command lines, as a policy has them.

use crate::line_pattern::LinePattern;

/// Reads one; what is wrong with another, in one line.
pub(super) fn line(pattern: &str) -> Result<LinePattern, String> {
    LinePattern::new(pattern).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned();
        format!("'{pattern}' is no regular expression: {reason}")
    })
}
