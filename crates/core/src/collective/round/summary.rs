//! How a run ended.

use super::super::message::Mode;
use super::super::names::HostName;

/// Why a run is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All that was asked has been answered, or nobody is there.
    Answered,
    /// The time was up.
    TimedOut,
    /// Somebody stopped the master.
    Interrupted,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What was asked for.
    pub mode: Mode,
    /// Why it is over.
    pub ended: Ended,
    /// How many results there are; of a ping, how many agents answered.
    pub responses: usize,
    /// How many agents have made themselves known.
    pub discovered: usize,
    /// How many hosts the facts let expect.
    pub expected: usize,
    /// The hosts that are there and have not sent their result.
    pub late: Vec<HostName>,
    /// The hosts that were expected and sent nothing.
    pub missing: Vec<HostName>,
    /// The last status of a command that is not 0; 1 when something is missing; else 0.
    pub status: i32,
}

impl Summary {
    /// The status to exit with: the low byte as with Python, but never 0 for what is not. Counting that comes to its
    /// end succeeds, whatever the number.
    pub fn exit_status(&self) -> u8 {
        if self.mode == Mode::Count && self.ended != Ended::Interrupted {
            return 0;
        }
        let [low, ..] = self.status.to_le_bytes();
        if low == 0 && self.status != 0 { 1 } else { low }
    }
}
