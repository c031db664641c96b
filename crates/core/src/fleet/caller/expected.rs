//! Who should answer: the nodes of the inventory that match, sorted by whether they can be expected to.

use jiff::Timestamp;

use crate::fleet::inventory::{NodeRecord, Presence};
use crate::fleet::request::Target;
use crate::names::NodeId;

/// The nodes a call is for, as far as the inventory tells. Each list is in order of the nodes' ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// They match and are there.
    pub present: Vec<NodeId>,
    /// They match, but have not been heard of for some time.
    pub silent: Vec<NodeId>,
    /// They match, but said that they end.
    pub left: Vec<NodeId>,
    /// Whether those that left are asked all the same.
    pub asks_left: bool,
    /// They were named, and nothing is known of them.
    pub unknown: Vec<NodeId>,
}

impl Expected {
    /// Sorts the nodes of believed records. Who is named is always asked; of the others, those that left only by
    /// [`Expected::with_left_asked`].
    pub fn new(target: &Target, records: &[NodeRecord], now: Timestamp) -> Self {
        let mut expected = Self { asks_left: matches!(target, Target::Nodes(_)), ..Self::default() };
        for record in records.iter().filter(|record| meant(target, record)) {
            expected.list(record.presence(now)).push(record.node.clone());
        }
        if let Target::Nodes(nodes) = target {
            let known = |node: &NodeId| records.iter().any(|record| record.node == *node);
            expected.unknown = nodes.iter().filter(|node| !known(node)).cloned().collect();
        }
        for list in [&mut expected.present, &mut expected.silent, &mut expected.left, &mut expected.unknown] {
            list.sort_unstable();
            list.dedup();
        }
        expected
    }

    /// The same for a request that is kept until nodes return: it is for those that left, too.
    #[must_use]
    pub fn with_left_asked(mut self) -> Self {
        self.asks_left = true;
        self
    }

    /// Those that are asked: the present ones first, and no more than `limit`. All others are forgotten.
    #[must_use]
    pub fn limited(mut self, limit: usize) -> Self {
        let mut room = limit;
        let mut lists = vec![&mut self.present, &mut self.silent, &mut self.unknown];
        if self.asks_left {
            lists.push(&mut self.left);
        }
        for list in lists {
            list.truncate(room);
            room -= list.len();
        }
        self
    }

    /// All that are asked.
    pub fn asked(&self) -> Vec<NodeId> {
        let left = if self.asks_left { self.left.as_slice() } else { &[] };
        [self.present.as_slice(), &self.silent, &self.unknown, left].concat()
    }

    fn list(&mut self, presence: Presence) -> &mut Vec<NodeId> {
        match presence {
            Presence::Present => &mut self.present,
            Presence::Silent => &mut self.silent,
            Presence::Left => &mut self.left,
        }
    }
}

fn meant(target: &Target, record: &NodeRecord) -> bool {
    match target {
        Target::Filter(filter) => filter.matches(&record.facts),
        Target::Nodes(nodes) => nodes.contains(&record.node),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;
    use crate::fleet::inventory::NodeKind;

    fn record(node: &str, role: &str, seen: i64) -> NodeRecord {
        let mut facts = Facts::default();
        facts.insert("role", role.to_owned());
        NodeRecord {
            kind: NodeKind::Node,
            node: NodeId::new(node).unwrap(),
            env: "test".parse().unwrap(),
            facts,
            seen: Timestamp::from_second(seen).unwrap(),
            period_ms: 60_000,
            version: String::new(),
            left: node.ends_with("left"),
        }
    }

    fn ids(names: &[&str]) -> Vec<NodeId> {
        names.iter().map(|name| NodeId::new(*name).unwrap()).collect()
    }

    #[test]
    fn a_limit_takes_those_first_that_can_answer() {
        let [present, silent, unknown, left] = ["c", "a", "b", "d"].map(|name| ids(&[name]));
        let expected = Expected { present, silent, unknown, left, asks_left: false };
        assert_eq!(expected.clone().limited(9), expected);
        assert_eq!(expected.clone().limited(2).asked(), ids(&["c", "a"]));
        assert_eq!(expected.clone().limited(1).asked(), ids(&["c"]));
        assert_eq!(expected.clone().with_left_asked().limited(4).asked(), ids(&["c", "a", "b", "d"]));
        assert_eq!(expected.with_left_asked().limited(3).asked(), ids(&["c", "a", "b"]));
    }

    #[test]
    fn nobody_who_matches_is_left_out() {
        let records =
            [record("b", "web", 1_000), record("a", "web", 1_000), record("c", "web", 1), record("d", "db", 1_000)];
        let now = Timestamp::from_second(1_010).unwrap();
        let by_filter = Expected::new(&Target::Filter("role=web".parse().unwrap()), &records, now);
        assert_eq!(by_filter, Expected { present: ids(&["a", "b"]), silent: ids(&["c"]), ..Expected::default() });
        let named = Expected::new(&Target::Nodes(ids(&["d", "z", "z"])), &records, now);
        let some = Expected { present: ids(&["d"]), unknown: ids(&["z"]), asks_left: true, ..Expected::default() };
        assert_eq!(named, some);
    }

    #[test]
    fn who_left_is_asked_when_it_is_named_or_the_request_is_kept() {
        let (records, now) = ([record("left", "web", 1_009)], Timestamp::from_second(1_010).unwrap());
        let by_filter = Expected::new(&Target::Filter("role=web".parse().unwrap()), &records, now);
        assert_eq!((by_filter.left.clone(), by_filter.asked()), (ids(&["left"]), vec![]));
        assert_eq!(by_filter.with_left_asked().asked(), ids(&["left"]));
        assert_eq!(Expected::new(&Target::Nodes(ids(&["left"])), &records, now).asked(), ids(&["left"]));
    }
}
