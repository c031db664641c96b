//! Patterns for names and arguments.

use crate::glob::Glob;

/// A text, or a pattern for texts.
#[derive(Debug, Clone)]
pub(super) enum Name {
    Exactly(String),
    Like(Glob),
}

impl Name {
    pub(super) fn new(text: &str) -> Self {
        Glob::new(text).map_or_else(|| Self::Exactly(text.to_owned()), Self::Like)
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exactly(name) => name == text,
            Self::Like(glob) => glob.matches(text),
        }
    }
}

/// Several, of which one is enough.
#[derive(Debug, Clone)]
pub(super) struct Names(Vec<Name>);

impl Names {
    pub(super) fn new(texts: &[String]) -> Self {
        Self(texts.iter().map(|text| Name::new(text)).collect())
    }

    pub(super) fn any_matches(&self, text: &str) -> bool {
        self.0.iter().any(|name| name.matches(text))
    }
}
