//! What the checks can find.

use std::fmt;

use crate::plan::{Ms, Plan};

/// Which promise was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An attempt of a tick was started twice, or under skip a tick by two runs.
    StartedTwice,
    /// A start without a STARTED record of its own, confirmed by the store.
    StartedUnconfirmed,
    /// A start after its own deadline.
    StartedLate,
    /// Two commands alive at one instant that must not be.
    LiveTogether,
    /// A later claim, or start, whose fence is not higher.
    FenceNotRaised,
    /// A claim of an earlier tick after that of a later one.
    TickWentBack,
    /// A tick too far in the future of the store's clock was claimed.
    FutureClaimed,
    /// A clock within the tolerance was refused.
    SaneClockRefused,
    /// A record that was DONE or LOST changed its state.
    EndRevoked,
    /// History has an end that did not happen, or with another status.
    EndInvented,
    /// A run was given up while its command was running.
    LostWhileRunning,
    /// A run was given up though nothing had disturbed it.
    LostWithoutCause,
    /// A tick was skipped for the sake of an earlier run that was not there any more.
    SkippedForNothing,
    /// A wrapper ended while its command was running.
    LeftBehind,
    /// History never says what became of a run.
    InTheDark,
    /// A tick was never started, though nothing stood in the way.
    Missed,
    /// The fleet does not come to rest.
    Restless,
}

/// A broken promise.
#[derive(Debug, Clone)]
pub(crate) struct Violation {
    pub(crate) kind: Kind,
    /// At which virtual instant.
    pub(crate) at: Ms,
    pub(crate) what: String,
    /// The fleet it happened in.
    pub(crate) origin: Option<(u64, Plan)>,
}

/// What a check returns.
pub(crate) type Checked<T = ()> = Result<T, Box<Violation>>;

/// Ends a run of the simulation with a violation.
pub(crate) fn broken<T>(kind: Kind, at: Ms, what: impl Into<String>) -> Checked<T> {
    Err(Box::new(Violation { kind, at, what: what.into(), origin: None }))
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {} ms: {}", self.kind, self.at, self.what)?;
        let Some((seed, plan)) = &self.origin else { return Ok(()) };
        write!(f, "\nin seed {seed}: {plan:?}\nto run it again: BELLWETHER_SIMULATION_SEED={seed} ")?;
        write!(f, "cargo test -p bellwether-core --test simulation -- --nocapture")
    }
}
