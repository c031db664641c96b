//! One source, and what it told.

use super::found::Found;

/// A source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// What counts of what it told, and what is wrong with it now.
    pub(super) found: Found,
    /// Whether it told all that it has, now or, where its last word is kept, before.
    pub(super) was_good: bool,
}

impl Source {
    /// What it tells now.
    pub(super) fn of(found: Found) -> Self {
        Self { was_good: found.problems.is_empty(), found }
    }

    /// What fails keeps its last word: a fact that nobody can read now is not thereby wrong.
    pub(super) fn after(mut self, earlier: &Self) -> Self {
        if !self.found.problems.is_empty() {
            let mut facts = earlier.found.facts.clone();
            facts.merge(self.found.facts);
            self.found.facts = facts;
            self.was_good = earlier.was_good;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use bellwether_core::facts::Facts;

    use super::*;

    fn told(words: &str) -> Source {
        Source::of(Found { facts: Facts::from_words(words).0, problems: Vec::new() })
    }

    #[test]
    fn what_fails_keeps_its_last_word_and_what_tells_less_does_not() {
        let broken = Source::of(Found::nothing("half written"));
        assert!(!broken.was_good && !broken.clone().after(&broken).was_good);
        let kept = broken.after(&told("web canary"));
        assert_eq!((kept.found.facts.len(), kept.was_good), (2, true));
        assert_eq!(kept.found.problems, ["half written"]);
        assert_eq!(told("web").after(&kept), told("web"));
    }
}
