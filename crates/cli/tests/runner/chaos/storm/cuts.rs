//! Nodes that are cut off for longer than a lease, one at a time.

use std::time::Duration;

use super::{now, sleep_until};
use crate::chaos::dice::Dice;
use crate::chaos::fleet::Fleet;

/// Cuts one node after another off, each for 4 to 6 s, with 2 to 5 s in between, until the ticks are over.
pub(super) fn make(fleet: &Fleet, mut dice: Dice, ticks: &[u64]) {
    let [first, .., last] = ticks else { return };
    let mut at = Duration::from_secs(*first);
    loop {
        at += Duration::from_millis(2_000 + dice.below(3_000));
        let end = at + Duration::from_millis(4_000 + dice.below(2_000));
        if end > Duration::from_secs(*last) {
            return;
        }
        let nodes = fleet.nodes();
        let node = &nodes[usize::try_from(dice.below(nodes.len() as u64)).unwrap()];
        sleep_until(at);
        node.cut();
        sleep_until(end);
        node.restore();
        at = now();
    }
}
