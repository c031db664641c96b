//! Which key belongs to which node of an environment, as this caller knows it: the first key it saw, until somebody says
//! otherwise. A node of the same name in another environment is another one.
//!
//! With the key it is remembered how new a record of the node was once there, about: whoever can write to the inventory
//! could put an older one back, which is signed as well as any, and says that the node has left.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::fleet::inventory::NodeRecord;
use crate::fleet::keys::PublicKey;
use crate::names::NodeId;

/// The most nodes of an environment that are remembered: whoever can send to a caller must not be able to fill its memory
/// and disk with nodes that do not exist.
pub const MOST_NODES: usize = 150_000;
/// A record that is newer by no more than this is not remembered anew, so that not every call writes to the disk.
const NO_NEWS: SignedDuration = SignedDuration::from_hours(1);

/// The keys of the nodes of one environment that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pins(BTreeMap<NodeId, Pin>);

/// What is remembered of a node. It is written as its key alone where there is nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Pin {
    key: PublicKey,
    /// Its newest record, about.
    newest: Option<Sighting>,
}

/// A record of a node that was seen. Of two the later one is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Sighting {
    /// When the node made it, by its own clock, but never later than when it was read.
    seen: Timestamp,
    /// Whether it said that it ends.
    left: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Key(PublicKey),
    Seen {
        key: PublicKey,
        #[serde(flatten)]
        newest: Sighting,
    },
}

impl From<Written> for Pin {
    fn from(written: Written) -> Self {
        match written {
            Written::Key(key) => Self { key, newest: None },
            Written::Seen { key, newest } => Self { key, newest: Some(newest) },
        }
    }
}

impl From<Pin> for Written {
    fn from(Pin { key, newest }: Pin) -> Self {
        newest.map_or(Self::Key(key), |newest| Self::Seen { key, newest })
    }
}

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

/// What is known of a record's age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// It is about as old as what is remembered.
    NoNews,
    /// It is remembered from now on.
    News,
    /// It was played again: one was seen that was made at this time.
    Older(Timestamp),
}

impl Pins {
    /// What is known of `key` speaking for `node`.
    pub fn standing(&self, node: &NodeId, key: &PublicKey) -> Standing {
        match self.get(node) {
            Some(known) if known == key => Standing::Known,
            Some(_) => Standing::Changed,
            None => Standing::New,
        }
    }

    /// The key of a node.
    pub fn get(&self, node: &NodeId) -> Option<&PublicKey> {
        self.0.get(node).map(|pin| &pin.key)
    }

    /// Remembers the key of a node, in the place of all that was known.
    pub fn pin(&mut self, node: NodeId, key: PublicKey) {
        self.0.insert(node, Pin { key, newest: None });
    }

    /// Compares a known node's own record, as it was read at `now`, with those that were there before.
    pub fn sight(&mut self, record: &NodeRecord, now: Timestamp) -> Age {
        let Some(pin) = self.0.get_mut(&record.node) else { return Age::NoNews };
        // A clock that was ahead for a while must not make all that the node says later look old.
        let sighting = Sighting { seen: record.seen.min(now), left: record.left };
        match pin.newest {
            Some(newest) if record.seen < newest.seen => Age::Older(newest.seen),
            Some(newest) if newest.left == sighting.left && sighting.seen.duration_since(newest.seen) <= NO_NEWS => {
                Age::NoNews
            }
            _ => {
                pin.newest = Some(sighting);
                Age::News
            }
        }
    }

    /// Takes over what `others` know of a node. One that is known here keeps its key; one that is not is taken over only
    /// when it is `new` to the others, too: else it was forgotten here meanwhile.
    pub fn take_over(&mut self, node: &NodeId, others: &Self, new: bool) {
        let Some(theirs) = others.0.get(node) else { return };
        if let Some(ours) = self.0.get_mut(node) {
            if ours.key == theirs.key {
                ours.newest = ours.newest.max(theirs.newest);
            }
        } else if new && !self.is_full() {
            self.0.insert(node.clone(), *theirs);
        }
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
        self.0.iter().map(|(node, pin)| (node, &pin.key))
    }

    /// Those of some nodes that have the same key as another of them, together with it. Each node makes a key of its own.
    pub fn sharing<'a>(&self, nodes: impl IntoIterator<Item = &'a NodeId>) -> Vec<Vec<NodeId>> {
        let mut by_key: BTreeMap<PublicKey, Vec<NodeId>> = BTreeMap::new();
        for node in nodes {
            if let Some(key) = self.get(node) {
                by_key.entry(*key).or_default().push(node.clone());
            }
        }
        by_key.into_values().filter(|nodes| nodes.len() > 1).collect()
    }
}

#[cfg(test)]
#[path = "pins_tests.rs"]
mod tests;
