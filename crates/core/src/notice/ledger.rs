//! What every source said last, and which notices have been acted on: plain data, saved and read back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Lasting, Notice, NoticeKey, View, Word};

/// The most notices of one source that are kept, the most urgent first. AWS gives a handful.
const MOST_NOTICES: usize = 100;
/// The most keys of notices acted on that are kept, the newest last.
const MOST_ACTED: usize = 1_000;

/// What every source said last, and which notices have been acted on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    sources: BTreeMap<Word, Known>,
    acted: Vec<NoticeKey>,
}

/// What is known of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    notices: Vec<Notice>,
    /// The word for the state before the present one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Word>,
    /// Whether the source has said something else before, so that the present state was entered under our eyes.
    entered: bool,
}

impl Ledger {
    /// Takes down what a source has said. A failure of the source is not taken down: what it said before counts on.
    pub fn observe(&mut self, source: &Word, notices: Vec<Notice>) {
        let mut notices = View::new(notices).notices().to_vec();
        notices.truncate(MOST_NOTICES);
        let known = match self.sources.remove(source) {
            None => Known { notices, previous: None, entered: false },
            Some(old) => old.followed_by(notices),
        };
        self.sources.insert(source.clone(), known);
        self.forget_states_left(source);
    }

    /// Drops what sources said that are not asked any more. What has been acted on stays.
    pub fn keep_sources(&mut self, asked: &BTreeSet<Word>) {
        self.sources.retain(|source, _| asked.contains(source));
    }

    /// What all sources together say. What is scheduled counts as a stop when less time than `lead` is left.
    pub fn view(&self, now: Timestamp, lead: SignedDuration) -> View {
        let notices = self.sources.values().flat_map(|known| known.notices.iter());
        View::new(notices.map(|notice| notice.clone().as_of(now, lead)))
    }

    /// The notices in force that nobody has acted on yet, the most urgent first.
    ///
    /// A state that is no leaving, such as running, is only one of them when it follows another state of its source:
    /// that a node is found running, or not registered yet, is nothing to act on.
    pub fn pending(&self, now: Timestamp, lead: SignedDuration) -> Vec<Notice> {
        let mut notices = self.view(now, lead).notices().to_vec();
        notices.retain(|notice| !self.acted.contains(&notice.key) && self.calls_for_action(notice));
        notices
    }

    /// Takes down that a notice has been acted on. Save the ledger before acting to act once at most, after it to
    /// act once at least, should the machine die in between.
    pub fn acted_on(&mut self, key: &NoticeKey) {
        self.acted.retain(|known| known != key);
        self.acted.push(key.clone());
        let surplus = self.acted.len().saturating_sub(MOST_ACTED);
        self.acted.drain(..surplus);
    }

    /// The word of a source for the state it saw before the present one; none when there was none.
    pub fn previous(&self, source: &Word) -> Option<&Word> {
        self.sources.get(source)?.previous.as_ref()
    }

    /// The word of a source for the present state; none when the source says nothing, or was never heard.
    pub fn present(&self, source: &Word) -> Option<&Word> {
        self.sources.get(source)?.said()
    }

    fn calls_for_action(&self, notice: &Notice) -> bool {
        notice.lasting == Lasting::ForEver
            || notice.state.is_leaving()
            || self.sources.get(&notice.source).is_some_and(|known| known.entered)
    }

    /// A state that was left and is entered again is to be acted on again. Events are acted on once.
    fn forget_states_left(&mut self, source: &Word) {
        let Self { sources, acted } = self;
        let in_force = sources.get(source).map_or(&[][..], |known| &known.notices);
        let state_of_source = |key: &NoticeKey| {
            let rest = key.as_str().strip_prefix(source.as_str()).and_then(|rest| rest.strip_prefix('/'));
            rest.is_some_and(|said| !said.contains('/'))
        };
        acted.retain(|key| !state_of_source(key) || in_force.iter().any(|notice| notice.key == *key));
    }
}

impl Known {
    fn said(&self) -> Option<&Word> {
        self.notices.first().map(|notice| &notice.said)
    }

    fn followed_by(self, notices: Vec<Notice>) -> Self {
        match self.said() == notices.first().map(|notice| &notice.said) {
            true => Self { notices, ..self },
            false => Self { previous: self.said().cloned(), notices, entered: true },
        }
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
