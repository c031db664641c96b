//! For how long nodes may work, whatever they say: one that says for ever that it works must not hold a call for ever.

use std::collections::BTreeMap;
use std::time::Duration;

use super::call::Terms;
use crate::names::NodeId;
use crate::time::Mono;

/// How long the end of a command takes beyond its timeout: its process group is told to end, then killed, and what it
/// wrote is sent.
const TO_KILL: Duration = Duration::from_secs(10);
/// The longest time without a connection of its own after which a caller gives up.
const LONGEST_OUTAGE: Duration = Duration::from_secs(5 * 60);

/// Since when nodes work, and until when they are believed that they do.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    longest_work: Duration,
    began: BTreeMap<NodeId, Mono>,
    strangers_until: Option<Mono>,
}

impl Bounds {
    /// Nodes may work for so long.
    pub(super) fn of(longest_work: Duration) -> Self {
        Self { longest_work, ..Self::default() }
    }

    /// Nodes are asked.
    pub(super) fn asked(&mut self, terms: &Terms, now: Mono) {
        let longest = self.after_first_word(terms).saturating_add(terms.first_answer);
        self.strangers_until.get_or_insert(now + longest);
    }

    /// A node says that it works.
    pub(super) fn works(&mut self, node: &NodeId, now: Mono) {
        if !self.began.contains_key(node) {
            self.began.insert(node.clone(), now);
        }
    }

    /// Until when a node may say that it works. Those that nobody expected have no more time than those that were asked
    /// had: anybody could be such a node, and new ones could come for ever.
    pub(super) fn until(&self, node: &NodeId, is_stranger: bool, terms: &Terms) -> Option<Mono> {
        let own = self.began.get(node).map(|began| *began + self.after_first_word(terms));
        let strangers = self.strangers_until.filter(|_| is_stranger);
        own.into_iter().chain(strangers).min()
    }

    /// For how long a caller tries to get its connection back: no longer than the nodes may take, for then nothing more
    /// comes.
    pub(super) fn longest_outage(&self, terms: &Terms) -> Duration {
        let longest = terms.first_answer.saturating_add(self.longest_work).saturating_add(terms.patience);
        longest.min(LONGEST_OUTAGE)
    }

    /// Nobody could be heard for so long.
    pub(super) fn extend(&mut self, by: Duration) {
        self.began.values_mut().chain(&mut self.strangers_until).for_each(|instant| *instant = *instant + by);
    }

    fn after_first_word(&self, terms: &Terms) -> Duration {
        self.longest_work.saturating_add(TO_KILL).saturating_add(terms.patience)
    }
}
