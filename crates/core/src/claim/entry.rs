//! What history keeps of a run: one entry per run and outcome.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::names::{JobName, NodeId, RunId};
use crate::time::Tick;

/// How a run, or a tick that was not run, ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The command ended by itself, by its timeout or by a signal passed on; `status` tells.
    Done,
    /// The node died, or could not reach the store, while the command may have been running.
    Lost,
    /// The tick was not run because an earlier one still was.
    Skipped,
    /// A later tick took the run's place.
    Replaced,
}

impl Outcome {
    /// The word that history shows and stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Lost => "lost",
            Self::Skipped => "skipped",
            Self::Replaced => "replaced",
        }
    }
}

/// The end of a command's output, as far as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct KeptOutput {
    /// The last bytes, standard output and error as they came.
    pub tail: Vec<u8>,
    /// How many bytes there were in all.
    pub total: u64,
}

/// One line of history.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The job.
    pub job: JobName,
    /// The tick.
    pub tick: Tick,
    /// The run; with the outcome, the key of the entry.
    pub run_id: RunId,
    /// The node it ran on.
    pub node: NodeId,
    /// Its fence; 0 for a tick that was never claimed.
    pub fence: u64,
    /// How many starts of the command there were for this tick; 0 for none.
    pub attempt: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// When the command was started.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// The command's status.
    pub status: Option<i32>,
    /// Why, where the outcome alone does not tell.
    pub note: Option<String>,
    /// The end of what the command wrote.
    pub output: KeptOutput,
    /// When the entry was made, by the clock of the node that made it.
    pub recorded: Timestamp,
}
