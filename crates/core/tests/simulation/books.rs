//! What becomes of each tick, and when it counts as missed.
//!
//! A tick that was never started is *missed* when one of its wrappers is a witness against it. A witness is a wrapper
//!
//! 1. that lived from its begin to its own verdict without being killed, suspended or told to end,
//! 2. whose requests were all answered in time, or all but one, and the others within a second: a wrapper that has
//!    waited for one answer in vain has not the patience (10 s) for many slow ones,
//! 3. whose calendar clock is no more than the tolerance (30 s) ahead of the store's,
//!
//! and that nothing excuses. These excuse it, each as it really was and not as the wrapper saw it:
//!
//! - It gave way, under forbid, to an earlier tick's run. That this run was alive is checked where it gave way.
//! - Another run had its STARTED record in the store, and died, was suspended, told to end, or failed by the store,
//!   before its start: at most once means that nobody starts this tick again. With rerun and standby this excuses
//!   nothing: the witness takes over.
//! - A later tick was claimed before the witness could have acted. It can act from the end of its stagger, or, when
//!   another run held the record then, from the instant at which that run settled, or at which the witness has seen
//!   it unchanged for a lease; a claim of its own that replaces a running command waits for that command, or its lease. It
//!   needs no more than a few operations from then on. (So a later tick excuses the nodes whose clocks are behind,
//!   and those that a held record keeps waiting over the end of their interval, but nobody else.)

use bellwether_core::claim::run::CLOCK_TOLERANCE;
use bellwether_core::claim::{OnLost, Overlap};

use crate::facts::Claim;
use crate::fleet::Fleet;
use crate::plan::Ms;
use crate::violation::{Checked, Kind, broken};

/// How many operations a witness needs from the instant at which nothing stands in its way: to look, to claim, to
/// start, twice as many as one of them may fail, and the next look of one that watches.
const OPERATIONS: Ms = 6;

/// The longest answer of a store that is not slow.
pub(crate) const PROMPT: Ms = 1_000;

/// The book of one tick.
#[derive(Debug)]
pub(crate) struct Book {
    /// How many of its wrappers are to come or have not ended.
    open: u64,
    /// Its wrappers.
    pub(crate) comers: Vec<usize>,
    /// The run that started it last.
    pub(crate) starter: Option<usize>,
    /// The highest attempt started.
    pub(crate) attempt: u32,
    /// Fence and run of its latest start.
    pub(crate) fence: Option<(u64, usize)>,
}

impl Book {
    pub(crate) fn new(nodes: u64) -> Self {
        Self { open: nodes, comers: Vec::new(), starter: None, attempt: 0, fence: None }
    }
}

/// What can be said of a wrapper whose tick was not started.
enum Testimony {
    /// It could not have done anything.
    None,
    /// It could have, but for a reason.
    Excused,
    /// It should have started the tick.
    Missed,
}

impl Fleet {
    /// One of a tick's wrappers has ended, or did not come. The last one closes its book.
    pub(crate) fn close(&mut self, tick: u64) -> Checked {
        let book = &mut self.books[tick as usize];
        book.open -= 1;
        if book.open > 0 {
            return Ok(());
        }
        let comers = std::mem::take(&mut book.comers);
        if book.starter.is_some() {
            let witnessed = comers.iter().any(|index| self.can_testify(*index));
            self.totals.witnessed_ticks += u64::from(witnessed);
            return Ok(());
        }
        let mut excused = false;
        for index in comers {
            match self.testimony(index) {
                Testimony::None => {}
                Testimony::Excused => excused = true,
                Testimony::Missed => {
                    let (claims, later) = self.claims_of(tick);
                    let before = self.store.claims.iter().rfind(|claim| claim.tick < tick);
                    let facts = &self.facts[index];
                    let what = format!("tick {tick}, r{index}: {facts:?}; claims: {before:?}, {claims:?}, {later:?}");
                    return broken(Kind::Missed, self.now, what);
                }
            }
        }
        let count = if excused { &mut self.totals.excused_ticks } else { &mut self.totals.unwitnessed_ticks };
        *count += 1;
        Ok(())
    }

    /// Whether a wrapper's calendar clock is within the tolerance.
    pub(crate) fn has_sane_clock(&self, index: usize) -> bool {
        self.clocks[self.facts[index].node].ahead <= CLOCK_TOLERANCE.as_millis() as i64
    }

    fn can_testify(&self, index: usize) -> bool {
        let facts = &self.facts[index];
        let served = facts.failures == 0 || (facts.failures == 1 && facts.slowest <= PROMPT);
        served && !facts.disturbed && self.has_sane_clock(index)
    }

    fn testimony(&self, index: usize) -> Testimony {
        if !self.can_testify(index) {
            Testimony::None
        } else if self.facts[index].gave_way || self.is_lost_at_its_start(index) || self.came_too_late(index) {
            Testimony::Excused
        } else {
            Testimony::Missed
        }
    }

    /// The claims of a tick, and the first of a later one.
    fn claims_of(&self, tick: u64) -> (&[Claim], Option<&Claim>) {
        let claims = &self.store.claims;
        let first = claims.partition_point(|claim| claim.tick < tick);
        let end = claims.partition_point(|claim| claim.tick <= tick);
        (&claims[first..end], claims.get(end))
    }

    /// Another run was stopped by a fault between its STARTED record and its start, and nobody may try again.
    fn is_lost_at_its_start(&self, witness: usize) -> bool {
        let taken_over = self.plan.on_lost == OnLost::Rerun && self.plan.standby;
        let struck = |run: usize| run != witness && !self.facts[run].is_undisturbed();
        let (claims, _) = self.claims_of(self.facts[witness].tick);
        !taken_over && claims.iter().any(|claim| claim.started && struck(claim.run))
    }

    /// A later tick was claimed before the witness could have acted.
    fn came_too_late(&self, witness: usize) -> bool {
        let (_, later) = self.claims_of(self.facts[witness].tick);
        later.is_some_and(|later| later.at <= self.can_act(witness, later) + OPERATIONS * self.plan.operation_limit())
    }

    /// From when on nothing stood in a witness's way, as far as the claim before a later tick's tells.
    fn can_act(&self, witness: usize, later: &Claim) -> Ms {
        let plan = &self.plan;
        let facts = &self.facts[witness];
        let looks = facts.begun + plan.stagger * plan.nodes;
        let before = self.store.claims.partition_point(|claim| claim.fence < later.fence).checked_sub(1);
        let Some(held) = before.map(|before| &self.store.claims[before]) else { return looks };
        // By a clock that is as slow as any.
        let lease = plan.lease + plan.lease / 16;
        let free = match held.settled {
            _ if held.run == witness && plan.overlap == Overlap::Replace => held.at + lease,
            _ if held.run == witness => held.at,
            Some(settled) => settled,
            // Each observer must see it unchanged for a lease itself.
            None => held.changed.max(looks) + lease,
        };
        // Who watches a held record looks again after a third of its lease at most.
        if free > looks { free + plan.lease / 3 } else { looks }
    }
}
