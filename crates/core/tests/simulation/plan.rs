//! What a seed stands for: a fleet, its policies, its clocks, and how much goes wrong.

use std::time::Duration;

use bellwether_core::claim::{OnLost, Overlap};

use crate::dice::Dice;

/// Virtual milliseconds.
pub(crate) type Ms = u64;

/// What may go wrong with single wrappers and requests, as one in so many; 0 is never.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Faults {
    /// Requests that never arrive, and answers that never do.
    pub(crate) lost: u64,
    /// Requests that are refused at once.
    pub(crate) failed: u64,
    /// Requests that arrive seconds later, perhaps when their sender has given up.
    pub(crate) late: u64,
    /// Wrappers that are killed.
    pub(crate) deaths: u64,
    /// Wrappers that are stopped for a while; their guard is not.
    pub(crate) suspensions: u64,
    /// Wrappers that are told to end.
    pub(crate) interrupts: u64,
    /// How many ticks lie between two spells of bad weather, on average; 0 is fair weather.
    pub(crate) ticks_between_spells: u64,
}

/// Nothing goes wrong.
pub(crate) const CALM: Faults =
    Faults { lost: 0, failed: 0, late: 0, deaths: 0, suspensions: 0, interrupts: 0, ticks_between_spells: 0 };
/// What a bad month brings.
const BREEZE: Faults = Faults {
    lost: 500,
    failed: 500,
    late: 500,
    deaths: 100,
    suspensions: 100,
    interrupts: 500,
    ticks_between_spells: 20,
};
/// Hardly anything works.
const STORM: Faults =
    Faults { lost: 10, failed: 12, late: 10, deaths: 8, suspensions: 8, interrupts: 40, ticks_between_spells: 3 };

/// A world that is broken on purpose, to show that the checks see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Defect {
    /// Observers act after half a lease.
    HastyObserver,
    /// Observers leave a tick alone as soon as it is claimed, not only when it is started.
    ClaimTakenForStart,
    /// The store forgets its last swap when it restarts.
    ForgetfulStore,
    /// The store swaps whatever the version is.
    BlindStore,
    /// Neither the runner nor its guard ends a command whose lease runs out.
    DeadlineIgnored,
    /// The runner takes a lost answer for a good one.
    AnswerAssumed,
    /// The end of a command is reported while it still runs.
    EndInvented,
}

/// A fleet and what happens to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) nodes: u64,
    pub(crate) ticks: u64,
    /// From one tick to the next; whole seconds.
    pub(crate) interval: Ms,
    pub(crate) lease: Ms,
    /// How much later each further rank looks.
    pub(crate) stagger: Ms,
    pub(crate) overlap: Overlap,
    pub(crate) on_lost: OnLost,
    pub(crate) standby: bool,
    pub(crate) retries: u32,
    pub(crate) longest_command: Ms,
    /// Whether all nodes are one host, where the end of a wrapper and its command is seen at once.
    pub(crate) local: bool,
    /// How far the calendar clocks of nodes are off at most, either way.
    pub(crate) clock_offset: Ms,
    /// How much faster or slower than true time boot clocks run at most, in millionths.
    pub(crate) drift: u64,
    /// How long a request, or its answer, takes at most in fair weather.
    pub(crate) latency: Ms,
    pub(crate) faults: Faults,
    pub(crate) defect: Option<Defect>,
}

/// The most that two boot clocks may differ in speed while the leases still hold: a command is killed at five sixths of
/// the lease of a slow clock, and others act at the end of the lease of a fast one.
const MOST_DRIFT: u64 = 50_000;

impl Plan {
    /// The plan of a seed. Policies go round, so that each combination gets its share; the rest is chance.
    pub(crate) fn of(seed: u64) -> Self {
        let dice = &mut Dice::of(seed ^ 0x5EED_0F1A_4000_0001);
        let overlap = [Overlap::Forbid, Overlap::Allow, Overlap::Replace][(seed % 3) as usize];
        let on_lost = [OnLost::Skip, OnLost::Rerun][(seed / 3 % 2) as usize];
        let standby = seed / 6 % 2 == 1;
        let local = dice.one_in(8);
        let interval = dice.pick(&[2_000, 5_000, 10_000, 60_000]);
        let lease = dice.pick(&[1_000, 3_000, 6_000, 30_000]);
        // Three nodes are as common as ten, and fifty are there.
        let most_nodes = dice.pick(&[3, 5, 10, 50]);
        Self {
            nodes: dice.between(3, most_nodes),
            ticks: dice.between(100, 300),
            interval,
            lease,
            stagger: dice.pick(&[0, 20, 150]),
            overlap,
            on_lost,
            standby,
            retries: dice.pick(&[0, 0, 2]),
            longest_command: dice.pick(&[interval / 10, interval / 2, interval * 3]),
            local,
            clock_offset: if local { 0 } else { dice.pick(&[5, 200, 5_000, 28_000, 60_000, 300_000]) },
            drift: if local { 0 } else { dice.pick(&[0, 100, MOST_DRIFT]) },
            latency: if local { 2 } else { dice.pick(&[5, 30, 150]) },
            faults: dice.pick(&[CALM, BREEZE, BREEZE, STORM]),
            defect: None,
        }
    }

    pub(crate) fn lease(&self) -> Duration {
        Duration::from_millis(self.lease)
    }

    /// How long a wrapper waits for one answer of the store at most: a third of the lease, within bounds.
    pub(crate) fn operation_limit(&self) -> Ms {
        (self.lease / 3).clamp(500, 5_000)
    }
}
