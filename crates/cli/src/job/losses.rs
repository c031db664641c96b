//! Which lost runs this wrapper was the one to mark, also where the answer to its swap got lost.

use bellwether_core::claim::{Entry, Outcome, Record, State};
use bellwether_core::names::RunId;

/// The lost runs that a swap under way would mark.
#[derive(Debug, Default)]
pub(super) struct Losses {
    unconfirmed: Vec<Entry>,
}

impl Losses {
    /// A swap is sent, with these lines of history.
    pub(super) fn sent(&mut self, entries: &[Entry], me: &RunId) {
        let lost = entries.iter().filter(|entry| entry.outcome == Outcome::Lost && entry.run_id != *me);
        self.unconfirmed = lost.cloned().collect();
    }

    /// The swap was made.
    pub(super) fn confirmed(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.unconfirmed)
    }

    /// The swap was refused.
    pub(super) fn refused(&mut self) {
        self.unconfirmed.clear();
    }

    /// What a read tells of a swap whose answer got lost. A mark of the same run by somebody else looks like ours: a
    /// loss is rather told twice than never.
    pub(super) fn seen(&mut self, record: Option<&Record>, me: &RunId) -> Vec<Entry> {
        let is_marked = |entry: &Entry| {
            record.is_some_and(|record| {
                record.run_id == *me || (record.state == State::Lost && record.run_id == entry.run_id)
            })
        };
        let mut told = self.confirmed();
        told.retain(is_marked);
        told
    }
}

#[cfg(test)]
mod tests {
    use bellwether_testkit::store::fixtures;

    use super::*;

    fn id(text: &str) -> RunId {
        RunId::new(text).unwrap()
    }

    fn entry(run: &str, outcome: Outcome) -> Entry {
        Entry { run_id: id(run), outcome, ..fixtures::entry(&fixtures::job("job"), 1) }
    }

    fn record(run: &str, state: State) -> Record {
        Record { state, ..fixtures::record(run, 1) }
    }

    fn sent() -> Losses {
        let mut losses = Losses::default();
        losses.sent(
            &[entry("dead", Outcome::Lost), entry("me", Outcome::Lost), entry("x", Outcome::Replaced)],
            &id("me"),
        );
        losses
    }

    #[test]
    fn a_confirmed_swap_tells_of_the_runs_of_others_once() {
        let mut losses = sent();
        assert_eq!(losses.confirmed(), [entry("dead", Outcome::Lost)]);
        assert_eq!(losses.confirmed(), []);
        let mut losses = sent();
        losses.refused();
        assert_eq!(losses.seen(Some(&record("me", State::Claimed)), &id("me")), []);
    }

    #[test]
    fn a_swap_whose_answer_got_lost_is_told_when_it_turns_out_to_be_made() {
        let lost = [entry("dead", Outcome::Lost)];
        assert_eq!(sent().seen(Some(&record("me", State::Claimed)), &id("me")), lost);
        assert_eq!(sent().seen(Some(&record("dead", State::Lost)), &id("me")), lost);
        for other in [Some(record("dead", State::Started)), Some(record("third", State::Claimed)), None] {
            let mut losses = sent();
            assert_eq!(losses.seen(other.as_ref(), &id("me")), [], "{other:?}");
            assert_eq!(losses.confirmed(), []);
        }
    }
}
