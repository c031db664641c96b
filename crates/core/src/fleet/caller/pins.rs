//! Which key belongs to which node, as this caller knows it: the first key it saw, until somebody says otherwise.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fleet::keys::PublicKey;
use crate::names::NodeId;

/// The most nodes that are remembered: whoever can send to a caller must not be able to fill its memory and disk with
/// nodes that do not exist.
pub const MOST_NODES: usize = 150_000;

/// The keys of the nodes that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pins(BTreeMap<NodeId, PublicKey>);

/// What is known of a key that speaks for a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is the node's.
    Known,
    /// The node was never heard of.
    New,
    /// The node has another key: somebody speaks in its name, or it was made anew.
    Changed,
}

impl Pins {
    /// What is known of `key` speaking for `node`.
    pub fn standing(&self, node: &NodeId, key: &PublicKey) -> Standing {
        match self.0.get(node) {
            Some(known) if known == key => Standing::Known,
            Some(_) => Standing::Changed,
            None => Standing::New,
        }
    }

    /// The key of a node.
    pub fn get(&self, node: &NodeId) -> Option<&PublicKey> {
        self.0.get(node)
    }

    /// Remembers the key of a node, in the place of any other.
    pub fn pin(&mut self, node: NodeId, key: PublicKey) {
        self.0.insert(node, key);
    }

    /// Forgets a node; answers whether it was known.
    pub fn forget(&mut self, node: &NodeId) -> bool {
        self.0.remove(node).is_some()
    }

    /// Whether no more nodes are remembered by themselves.
    pub fn is_full(&self) -> bool {
        self.0.len() >= MOST_NODES
    }

    /// All that is known, in order of the nodes.
    pub fn iter(&self) -> impl Iterator<Item = (&NodeId, &PublicKey)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::keys::SigningKey;

    #[test]
    fn a_key_is_the_nodes_until_it_is_forgotten() {
        let node = NodeId::new("i-1").unwrap();
        let [first, second] = [1, 2].map(|seed| SigningKey::from_seed([seed; 32]).unwrap().public());
        let mut pins = Pins::default();
        assert_eq!(pins.standing(&node, &first), Standing::New);
        pins.pin(node.clone(), first);
        assert_eq!(pins.standing(&node, &first), Standing::Known);
        assert_eq!(pins.standing(&node, &second), Standing::Changed);
        assert!(pins.forget(&node) && !pins.forget(&node));
        assert_eq!(pins.standing(&node, &second), Standing::New);
    }
}
