//! Regular expressions within bounds.

use regex::{Regex, RegexBuilder};

use super::bounds::PATTERN_MEMORY;

/// How deep groups may lie within each other.
const DEEPEST_GROUPS: u32 = 50;

/// A regular expression that is searched for in time linear in the length of the text.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Regex);

impl Pattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let built = RegexBuilder::new(text)
            .size_limit(PATTERN_MEMORY)
            .dfa_size_limit(PATTERN_MEMORY)
            .nest_limit(DEEPEST_GROUPS)
            .build();
        built.map(Self).map_err(|error| told(&error))
    }

    pub(super) fn is_found(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// The reason alone. The crate draws the pattern above it, over several lines.
fn told(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => {
            "it takes too much memory; use smaller repetitions or fewer classes".to_owned()
        }
        other => {
            let whole = other.to_string();
            let reason = whole.lines().last().unwrap_or_default();
            reason.trim().trim_start_matches("error: ").to_owned()
        }
    }
}
