//! How scripts end.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bellwether_core::duration;

use super::trust::Suspicion;
use crate::child::{Ended, How, SpawnError};

/// What became of one script.
#[derive(Debug)]
pub struct HookOutcome {
    /// Its file.
    pub script: PathBuf,
    /// How it ended.
    pub ending: Ending,
    /// How long it ran.
    pub took: Duration,
    /// How many bytes of its output were not told, because there was too much.
    pub output_left_out: u64,
}

/// How one script ended, or why it was not run.
#[derive(Debug)]
pub enum Ending {
    /// By itself, with this status.
    Exited(i32),
    /// Killed by the signal of this number.
    Signaled(i32),
    /// It took too long and was ended, this way.
    TimedOut(How),
    /// It could not be started.
    NotStarted(SpawnError),
    /// Another user could have written it, so root did not run it.
    Suspect(Suspicion),
}

impl HookOutcome {
    pub(super) fn not_run(script: PathBuf, ending: Ending) -> Self {
        Self { script, ending, took: Duration::ZERO, output_left_out: 0 }
    }

    /// Whether it ran and ended with status 0.
    pub fn is_success(&self) -> bool {
        matches!(self.ending, Ending::Exited(0))
    }
}

impl From<Ended> for Ending {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended { timed_out: true, how } => Self::TimedOut(how),
            Ended { how: How::Exited(status), .. } => Self::Exited(status),
            Ended { how: How::Signaled(signal), .. } => Self::Signaled(signal),
        }
    }
}

impl fmt::Display for HookOutcome {
    /// One line for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (script, took) = (self.script.display(), duration::display(self.took));
        match &self.ending {
            Ending::Exited(status) => write!(f, "{script} ended with status {status} after {took}")?,
            Ending::Signaled(signal) => write!(f, "{script} was killed by signal {signal} after {took}")?,
            Ending::TimedOut(_) => write!(f, "{script} took too long and was ended after {took}")?,
            Ending::NotStarted(error) => write!(f, "{script} was not run: {error}")?,
            Ending::Suspect(why) => write!(f, "{script} was not run: {why}")?,
        }
        match self.output_left_out {
            0 => Ok(()),
            bytes => write!(f, "; {bytes} bytes of its output were left out"),
        }
    }
}
