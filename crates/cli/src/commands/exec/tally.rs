//! Who ended in which way. Nodes that nobody expected are counted apart: anybody could be such a node, and many of them must
//! not hide that one that was expected is missing.

use bellwether_core::fleet::caller::call::{Call, Ending, Progress};
use bellwether_core::names::NodeId;
use serde_json::{Map, Value, json};

/// Nodes, by how they ended. Each list is in order of the ids.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) succeeded: Vec<NodeId>,
    pub(super) failed: Vec<NodeId>,
    pub(super) refused: Vec<NodeId>,
    /// They have the request, and have not ended.
    pub(super) running: Vec<NodeId>,
    /// They were asked, and nothing was heard of them yet.
    pub(super) unheard: Vec<NodeId>,
    pub(super) silent: Vec<NodeId>,
    pub(super) lost: Vec<NodeId>,
    pub(super) not_asked: Vec<NodeId>,
}

impl Tally {
    /// Of all nodes.
    pub(super) fn of_all(call: &Call) -> Self {
        Self::of(call.nodes())
    }

    /// Of those that were expected, and of the others. Where nobody was expected, there is nobody to tell apart.
    pub(super) fn apart(call: &Call) -> (Self, Self) {
        if call.expected() == 0 {
            return (Self::of_all(call), Self::default());
        }
        let (others, expected): (Vec<_>, Vec<_>) = call.nodes().partition(|(node, _)| call.is_unexpected(node));
        (Self::of(expected.into_iter()), Self::of(others.into_iter()))
    }

    fn of<'a>(nodes: impl Iterator<Item = (&'a NodeId, &'a Progress)>) -> Self {
        let mut tally = Self::default();
        for (node, progress) in nodes {
            tally.list(progress).push(node.clone());
        }
        tally
    }

    fn list(&mut self, progress: &Progress) -> &mut Vec<NodeId> {
        match progress {
            Progress::Waiting => &mut self.not_asked,
            Progress::Asked(_) => &mut self.unheard,
            Progress::Working(_) => &mut self.running,
            Progress::Ended(Ending::Refused(_)) => &mut self.refused,
            Progress::Ended(Ending::Silent) => &mut self.silent,
            Progress::Ended(Ending::Lost) => &mut self.lost,
            Progress::Ended(ending) if ending.is_success() => &mut self.succeeded,
            Progress::Ended(_) => &mut self.failed,
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.succeeded.len() + self.failed.len() + self.refused.len() + self.without_answer() + self.not_asked.len()
    }

    /// Of how many it is not known what became of the request.
    fn without_answer(&self) -> usize {
        self.running.len() + self.unheard.len() + self.silent.len() + self.lost.len()
    }

    /// The numbers in words.
    pub(super) fn words(&self) -> String {
        let mut text = format!("{} succeeded", self.succeeded.len());
        for (number, what) in [
            (self.failed.len(), "failed"),
            (self.refused.len(), "refused"),
            (self.without_answer(), "without an answer"),
            (self.not_asked.len(), "not asked"),
        ] {
            if number > 0 {
                text.push_str(&format!(", {number} {what}"));
            }
        }
        text
    }

    /// Numbers of those that answered, and the names of all but those that succeeded.
    pub(super) fn fields(&self) -> Map<String, Value> {
        let silent = [self.unheard.as_slice(), &self.silent].concat();
        let fields = [
            ("succeeded", json!(self.succeeded.len())),
            ("failed", json!(self.failed.len())),
            ("refused", json!(self.refused.len())),
            ("failed_nodes", json!(self.failed)),
            ("refused_nodes", json!(self.refused)),
            ("silent", json!(silent)),
            ("lost", json!(self.lost)),
            ("running", json!(self.running)),
            ("not_asked", json!(self.not_asked)),
        ];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use bellwether_core::fleet::caller::call::Terms;
    use bellwether_core::fleet::reply::{Done, Event, Outcome};
    use bellwether_core::time::Mono;

    const SECOND: Duration = Duration::from_secs(1);

    fn node(name: &str) -> NodeId {
        NodeId::new(name).unwrap()
    }

    fn call(expected: &[&str]) -> Call {
        let terms =
            Terms { batch: None, pause: Duration::ZERO, max_failures: None, first_answer: SECOND, patience: SECOND };
        let mut call = Call::new(terms, expected.iter().map(|name| node(name)).collect());
        call.sent(Mono::since_boot(SECOND));
        call
    }

    fn ends(call: &mut Call, name: &str, status: i32) {
        let done = Done { outcome: Outcome::Exited(status), duration_ms: 1, dropped_out: 0, dropped_err: 0 };
        call.heard(&node(name), &Event::Done(done), Mono::since_boot(SECOND));
    }

    #[test]
    fn answers_of_nodes_that_were_not_expected_are_counted_apart() {
        let mut call = call(&["a", "b"]);
        ends(&mut call, "a", 0);
        for name in ["x", "y"] {
            ends(&mut call, name, 0);
        }
        ends(&mut call, "z", 1);
        let (expected, others) = Tally::apart(&call);
        assert_eq!(expected.words(), "1 succeeded, 1 without an answer");
        assert_eq!((others.words().as_str(), others.count()), ("2 succeeded, 1 failed", 3));
        assert_eq!(Tally::of_all(&call).failed, [node("z")]);
    }

    #[test]
    fn where_nobody_was_expected_all_are_counted_as_one() {
        let mut call = call(&[]);
        ends(&mut call, "x", 0);
        let (all, others) = Tally::apart(&call);
        assert_eq!((all.words().as_str(), others.count()), ("1 succeeded", 0));
    }
}
