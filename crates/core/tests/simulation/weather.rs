//! What strikes many at once: partitions, crashed and suspended nodes, a store that is down or slow.

use crate::dice::Dice;
use crate::plan::{Ms, Plan};

/// A stretch of virtual time, its end not included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spell {
    pub(crate) from: Ms,
    pub(crate) to: Ms,
    /// A slow store: how much longer each way takes at most. A store that is down: 0 when it is silent, 1 when it
    /// refuses.
    degree: Ms,
}

/// Spells of one kind, in order, that do not overlap.
#[derive(Debug, Default, Clone)]
pub(crate) struct Spells(Vec<Spell>);

impl Spells {
    fn add(&mut self, spell: Spell) -> bool {
        let fits = self.0.last().is_none_or(|last| last.to < spell.from);
        if fits {
            self.0.push(spell);
        }
        fits
    }

    /// The spell that holds an instant.
    pub(crate) fn at(&self, instant: Ms) -> Option<Spell> {
        let following = self.0.partition_point(|spell| spell.from <= instant);
        self.0[..following].last().copied().filter(|spell| instant < spell.to)
    }

    /// The first spell that begins after an instant.
    pub(crate) fn next_after(&self, instant: Ms) -> Option<Spell> {
        self.0.get(self.0.partition_point(|spell| spell.from <= instant)).copied()
    }

    /// Whether a spell has any part of the time from `from` to `to`, both included.
    pub(crate) fn touch(&self, from: Ms, to: Ms) -> bool {
        self.at(from).is_some() || self.next_after(from).is_some_and(|spell| spell.from <= to)
    }
}

/// What happens to one node.
#[derive(Debug, Default, Clone)]
pub(crate) struct OfNode {
    /// Cut from the store.
    pub(crate) cut: Spells,
    /// Crashed, and all its wrappers with it.
    pub(crate) down: Spells,
    /// Suspended with all that runs on it.
    pub(crate) suspended: Spells,
}

/// How a request fares in the weather of its way.
pub(crate) enum Way {
    /// It takes so much longer.
    Open(Ms),
    /// It is refused at once.
    Refused,
    /// Nothing comes back.
    Silent,
}

/// The weather of a fleet, from its first to its last instant.
#[derive(Debug, Default)]
pub(crate) struct Weather {
    pub(crate) nodes: Vec<OfNode>,
    store_down: Spells,
    store_slow: Spells,
    pub(crate) partitions: u64,
    pub(crate) crashes: u64,
    pub(crate) node_suspensions: u64,
    pub(crate) slow_spells: u64,
    /// When the store comes back from each outage.
    pub(crate) restarts: Vec<Ms>,
}

impl Weather {
    /// Draws the weather from `begin` to `end`.
    pub(crate) fn draw(plan: &Plan, dice: &mut Dice, begin: Ms, end: Ms) -> Self {
        let mut weather = Self { nodes: vec![OfNode::default(); plan.nodes as usize], ..Self::default() };
        let between = plan.faults.ticks_between_spells * plan.interval;
        let mut from = begin + dice.below(2 * between);
        while between > 0 && from < end {
            // Shorter than the lease, or much longer.
            let longest = dice.pick(&[plan.lease, plan.lease * 4, plan.interval * 5]);
            let spell = Spell { from, to: from + 1 + dice.below(longest), degree: 0 };
            weather.strike(plan, dice, spell);
            from += 1 + dice.below(2 * between);
        }
        weather
    }

    fn strike(&mut self, plan: &Plan, dice: &mut Dice, spell: Spell) {
        let node = dice.below(plan.nodes) as usize;
        // Nodes of one host are cut from their store, crash and sleep together: not at all, or all at once.
        match dice.below(if plan.local { 2 } else { 5 }) {
            0 => {
                let degree = dice.below(2);
                if self.store_down.add(Spell { degree, ..spell }) {
                    self.restarts.push(spell.to);
                }
            }
            1 => {
                let degree = dice.between(plan.operation_limit() / 4, plan.operation_limit() * 2);
                self.slow_spells += u64::from(self.store_slow.add(Spell { degree, ..spell }));
            }
            2 => {
                let group = dice.below(plan.nodes) + 1;
                for cut in 0..group {
                    self.nodes[(node + cut as usize) % plan.nodes as usize].cut.add(spell);
                }
                self.partitions += 1;
            }
            3 => self.crashes += u64::from(self.nodes[node].down.add(spell)),
            _ => self.node_suspensions += u64::from(self.nodes[node].suspended.add(spell)),
        }
    }

    /// The way between a node and the store at an instant.
    pub(crate) fn way(&self, node: usize, at: Ms, dice: &mut Dice) -> Way {
        if self.nodes[node].cut.at(at).is_some() {
            return Way::Silent;
        }
        match self.store_down.at(at) {
            Some(Spell { degree: 0, .. }) => Way::Silent,
            Some(_) => Way::Refused,
            None => Way::Open(self.store_slow.at(at).map_or(0, |slow| dice.below(slow.degree))),
        }
    }
}
