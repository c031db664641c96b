//! What all sources together say at one moment.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::{NodeState, Notice};

/// What all sources together say at one moment: the most urgent state counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    notices: Vec<Notice>,
}

/// What is different from an earlier view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The notices that were not in force before, the most urgent first.
    pub began: Vec<Notice>,
    /// The notices that are not in force any more, the most urgent first.
    pub ended: Vec<Notice>,
    /// The state before; none when no source said any.
    pub from: Option<NodeState>,
    /// The state now; none when no source says any.
    pub to: Option<NodeState>,
}

impl Changes {
    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.began.is_empty() && self.ended.is_empty()
    }
}

impl View {
    /// The view of these notices; of several with the same key the first one counts.
    pub fn new(notices: impl IntoIterator<Item = Notice>) -> Self {
        let mut view = Self::default();
        for notice in notices {
            if !view.holds(&notice) {
                view.notices.push(notice);
            }
        }
        view.notices.sort_by_cached_key(|notice| {
            (Reverse(notice.state), notice.deadline.is_none(), notice.deadline, notice.key.clone())
        });
        view
    }

    /// All notices in force: the most urgent state first, in it the earliest deadline.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The notice that counts most; none when no source says anything.
    pub fn foremost(&self) -> Option<&Notice> {
        self.notices.first()
    }

    /// The state that counts; none when no source says any.
    pub fn state(&self) -> Option<NodeState> {
        self.foremost().map(|notice| notice.state)
    }

    /// When the node leaves at the earliest, as far as a source tells: the time that is left for draining.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.notices.iter().filter(|notice| notice.state.is_leaving()).filter_map(|notice| notice.deadline).min()
    }

    /// What is different from an earlier view.
    pub fn changes_since(&self, earlier: &Self) -> Changes {
        let missing = |here: &Self, there: &Self| -> Vec<Notice> {
            here.notices.iter().filter(|notice| !there.holds(notice)).cloned().collect()
        };
        Changes {
            began: missing(self, earlier),
            ended: missing(earlier, self),
            from: earlier.state(),
            to: self.state(),
        }
    }

    fn holds(&self, notice: &Notice) -> bool {
        self.notices.iter().any(|known| known.key == notice.key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Word;
    use super::*;

    fn word(text: &str) -> Word {
        Word::new(text).unwrap()
    }

    fn notice(source: &str, state: NodeState) -> Notice {
        Notice::of_state(&word(source), state, word(state.as_str()))
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_most_urgent_state_wins() {
        assert_eq!(View::default().state(), None);
        let mut notices = Vec::new();
        for state in NodeState::ALL {
            notices.insert(0, notice("a", state));
            assert_eq!(View::new(notices.clone()).state(), Some(state));
            notices.rotate_left(1);
        }
    }

    #[test]
    fn of_equal_states_the_earliest_deadline_is_foremost() {
        let late = notice("a", NodeState::Stopping).at(at("2026-11-21T10:05:00Z"));
        let early = notice("b", NodeState::Stopping).at(at("2026-11-21T10:00:00Z"));
        let never = notice("c", NodeState::Stopping);
        let view = View::new([never, late, early.clone()]);
        assert_eq!(view.foremost(), Some(&early));
        assert_eq!(view.deadline(), early.deadline);
    }

    #[test]
    fn what_is_only_planned_sets_no_deadline() {
        let planned = notice("a", NodeState::Scheduled).at(at("2026-11-21T10:00:00Z"));
        assert_eq!(View::new([planned, notice("b", NodeState::Draining)]).deadline(), None);
    }

    #[test]
    fn changes_are_what_began_and_what_ended() {
        let running = View::new([notice("a", NodeState::Running), notice("b", NodeState::AtRisk)]);
        let draining = View::new([notice("a", NodeState::Draining), notice("b", NodeState::AtRisk)]);
        let changes = draining.changes_since(&running);
        assert_eq!(changes.began, [notice("a", NodeState::Draining)]);
        assert_eq!(changes.ended, [notice("a", NodeState::Running)]);
        assert_eq!((changes.from, changes.to), (Some(NodeState::AtRisk), Some(NodeState::Draining)));
        assert!(draining.changes_since(&draining).is_empty());
    }

    #[test]
    fn a_notice_given_twice_is_there_once() {
        let twice = [notice("a", NodeState::Draining), notice("a", NodeState::Draining)];
        assert_eq!(View::new(twice).notices().len(), 1);
    }
}
