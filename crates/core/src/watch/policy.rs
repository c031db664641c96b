//! What is to be done in which state.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::reaction::Reaction;
use crate::notice::{NodeState, Word};

/// What is to be done in which state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The reactions to each state, in their order.
    pub reactions: BTreeMap<NodeState, Vec<Reaction>>,
    /// How long before its time something scheduled counts as a stop.
    pub lead: SignedDuration,
}

impl Policy {
    /// The reactions to a state.
    pub fn reactions_to(&self, state: NodeState) -> &[Reaction] {
        self.reactions.get(&state).map_or(&[], Vec::as_slice)
    }

    /// Whether this reaction is part of any chain.
    pub fn uses(&self, wanted: impl Fn(&Reaction) -> bool) -> bool {
        self.reactions.values().flatten().any(wanted)
    }
}

/// A state as a word: the name of its directory of scripts.
pub(super) fn word_of(state: NodeState) -> Word {
    const WORDS: [Word; 8] = [
        Word::fixed("running"),
        Word::fixed("other"),
        Word::fixed("at-risk"),
        Word::fixed("scheduled"),
        Word::fixed("out-of-service"),
        Word::fixed("draining"),
        Word::fixed("stopping"),
        Word::fixed("terminating"),
    ];
    WORDS[state as usize].clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_own_word() {
        for state in NodeState::ALL {
            assert_eq!(word_of(state).as_str(), state.as_str());
        }
    }
}
