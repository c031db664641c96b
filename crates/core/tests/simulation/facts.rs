//! What really happened to each run and each claim, as the checks see it and no wrapper does.

use bellwether_core::names::RunId;

use crate::plan::Ms;

/// The truth about a wrapper, kept when the wrapper itself is gone.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) node: usize,
    pub(crate) tick: u64,
    pub(crate) begun: Ms,
    /// When it ended or died.
    pub(crate) ended: Option<Ms>,
    /// Killed, suspended, or told to end.
    pub(crate) disturbed: bool,
    /// How many of its requests the store did not answer in time.
    pub(crate) failures: u32,
    /// How long it waited for an answer at most.
    pub(crate) slowest: Ms,
    /// How many times it started its command.
    pub(crate) starts: u32,
    /// The status with which the command ended last.
    pub(crate) status: Option<i32>,
    /// Attempt and fence of its latest STARTED record in the store.
    pub(crate) stored_start: Option<(u32, u64)>,
    /// Whether history says what became of it.
    pub(crate) noted: bool,
    /// Whether it left because an earlier tick was still running.
    pub(crate) gave_way: bool,
}

impl Facts {
    pub(crate) fn new(node: usize, tick: u64, begun: Ms) -> Self {
        Self {
            node,
            tick,
            begun,
            ended: None,
            disturbed: false,
            failures: 0,
            slowest: 0,
            starts: 0,
            status: None,
            stored_start: None,
            noted: false,
            gave_way: false,
        }
    }

    /// Nothing at all went wrong for it.
    pub(crate) fn is_undisturbed(&self) -> bool {
        !self.disturbed && self.failures == 0
    }
}

/// The truth about a claim that the store has taken.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) run: usize,
    pub(crate) tick: u64,
    pub(crate) fence: u64,
    pub(crate) at: Ms,
    /// When the record changed last.
    pub(crate) changed: Ms,
    /// Since when it does not stand in the way of a later tick any more: DONE, LOST, or STARTED where overlap is
    /// allowed.
    pub(crate) settled: Option<Ms>,
    /// Whether the store had it as STARTED.
    pub(crate) started: bool,
}

/// The id of a run that has this index.
pub(crate) fn run_id(index: usize) -> RunId {
    RunId::new(format!("r{index}")).unwrap()
}

/// The index of a run.
pub(crate) fn index_of(run_id: &RunId) -> usize {
    run_id.as_str()[1..].parse().unwrap()
}
