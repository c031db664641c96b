//! Equal outputs together, so that a hundred nodes that say the same are read once.

use std::collections::BTreeMap;

use crate::names::NodeId;

/// Which nodes wrote the same. Outputs are compared byte for byte.
#[derive(Debug)]
pub struct Fold<K> {
    groups: BTreeMap<K, Vec<NodeId>>,
}

impl<K: Ord> Default for Fold<K> {
    fn default() -> Self {
        Self { groups: BTreeMap::new() }
    }
}

impl<K: Ord> Fold<K> {
    /// Adds what a node wrote, and whatever else must be equal: how it ended. Answers whether it is the first that
    /// wrote this; else what it wrote takes no more room.
    pub fn add(&mut self, node: NodeId, what: K) -> bool {
        let nodes = self.groups.entry(what).or_default();
        nodes.push(node);
        nodes.len() == 1
    }

    /// The groups, the largest first; among equals, the one with the first node. Nodes are in order of their ids.
    pub fn into_groups(self) -> Vec<(K, Vec<NodeId>)> {
        let mut groups: Vec<_> = self.groups.into_iter().collect();
        for (_, nodes) in &mut groups {
            nodes.sort_unstable();
        }
        groups.sort_by(|(_, a), (_, b)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_by_size_then_by_first_node() {
        let mut fold = Fold::default();
        for (node, output) in [("d", "x"), ("b", "y"), ("c", "x"), ("a", "z")] {
            fold.add(NodeId::new(node).unwrap(), output);
        }
        let groups: Vec<(&str, Vec<String>)> =
            fold.into_groups().into_iter().map(|(k, n)| (k, n.iter().map(ToString::to_string).collect())).collect();
        let expected = [("x", vec!["c", "d"]), ("z", vec!["a"]), ("y", vec!["b"])];
        assert_eq!(groups, expected.map(|(k, n)| (k, n.into_iter().map(String::from).collect())));
    }
}
