//! What a program beside the agent is told to run, and whom to answer. It has a process of its own, so that neither an
//! upgrade nor a crash of the agent ends the command or loses its result.

use std::path::PathBuf;
use std::time::Duration;

use bellwether_core::collective::message::Mode;
use serde::{Deserialize, Serialize};

use super::log::LogPlan;

/// One command.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) work: Work,
    /// How long it may take; none for as long as it likes.
    pub(super) timeout: Option<Duration>,
    /// The directory for scripts.
    pub(super) scripts: PathBuf,
    /// The message and the batch that are answered.
    pub(super) msg_id: String,
    pub(super) batch: String,
    pub(super) hostname: String,
    /// The queue for the answer, and its region.
    pub(super) replies: String,
    pub(super) region: Option<String>,
    pub(super) log: LogPlan,
}

/// What is to be run.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Work {
    /// A line for the shell.
    Line(String),
    /// A script, and what follows it on the command line, for the shell to split.
    Script { payload: String, parameters: Option<String> },
}

impl Work {
    /// What it is called in messages.
    pub(super) const fn mode(&self) -> Mode {
        match self {
            Self::Line(_) => Mode::Cli,
            Self::Script { .. } => Mode::Script,
        }
    }
}
