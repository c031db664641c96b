//! What is a change of the state: what was seen before, by us or by the watcher before us, against what is seen now.

use bellwether_core::notice::Word;
use serde::{Deserialize, Serialize};

/// What was seen last; also what is kept across restarts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Seen {
    /// The instance that was seen: a disk image of one must not pass for the history of another.
    pub(super) instance: Option<String>,
    /// The state whose scripts have all ended.
    pub(super) done: Option<Word>,
    /// The state whose scripts were begun and did not end.
    pub(super) begun: Option<Word>,
}

/// A change for which scripts are run; without `from` there was nothing before, and none are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) from: Option<Word>,
    pub(super) to: Word,
}

impl Seen {
    /// The state that was seen last.
    pub(super) fn last(&self) -> Option<&Word> {
        self.begun.as_ref().or(self.done.as_ref())
    }

    /// Takes what is seen now; gives the change, if it is one. What was begun before a restart is begun again, from
    /// where it was begun; or is left behind, when the state is another one by now.
    pub(super) fn take(&mut self, instance: Option<&str>, state: &Word) -> Option<Step> {
        let is_other = self.instance.as_deref().zip(instance).is_some_and(|(before, now)| before != now);
        let before = if is_other { Self::default() } else { std::mem::take(self) };
        let from = match &before.begun {
            Some(begun) if begun == state => before.done.clone(),
            _ => before.last().cloned(),
        };
        *self =
            Self { instance: instance.map(str::to_owned).or(before.instance), done: Some(state.clone()), begun: None };
        (from.as_ref() != Some(state)).then(|| Step { from, to: state.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Word {
        Word::new(text).unwrap()
    }

    fn step(seen: &mut Seen, instance: &str, state: &str) -> Option<(Option<String>, String)> {
        let step = seen.take(Some(instance), &word(state))?;
        Some((step.from.map(|from| from.to_string()), step.to.to_string()))
    }

    fn change(from: Option<&str>, to: &str) -> Option<(Option<String>, String)> {
        Some((from.map(str::to_owned), to.to_owned()))
    }

    #[test]
    fn only_another_state_is_a_change() {
        let mut seen = Seen::default();
        assert_eq!(step(&mut seen, "i-1", "running"), change(None, "running"));
        assert_eq!(step(&mut seen, "i-1", "running"), None);
        assert_eq!(step(&mut seen, "i-1", "draining"), change(Some("running"), "draining"));
        assert_eq!(step(&mut seen, "i-1", "running"), change(Some("draining"), "running"));
    }

    #[test]
    fn what_was_kept_by_another_instance_does_not_count() {
        let mut seen = Seen { instance: Some("i-1".to_owned()), done: Some(word("stopping")), begun: None };
        assert_eq!(step(&mut seen.clone(), "i-1", "running"), change(Some("stopping"), "running"));
        assert_eq!(step(&mut seen, "i-2", "running"), change(None, "running"));
    }

    #[test]
    fn what_was_cut_short_is_begun_again_or_left_behind() {
        let cut = Seen { instance: None, done: Some(word("running")), begun: Some(word("draining")) };
        for (state, from) in [("draining", "running"), ("running", "draining"), ("stopping", "draining")] {
            let mut seen = cut.clone();
            assert_eq!(step(&mut seen, "i-1", state), change(Some(from), state));
            assert_eq!(step(&mut seen, "i-1", state), None, "once");
        }
    }
}
