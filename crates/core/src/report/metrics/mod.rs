//! Metrics of jobs, in a text that Prometheus reads and that keeps the counters from one run to the next.
//!
//! - `families`: every metric there is.
//! - `exposition`: their text, read and written.

mod exposition;
mod families;

use jiff::Timestamp;

use super::{Ending, Report};
use crate::claim::Skip;
use crate::names::JobName;
use crate::time::Tick;
use exposition::Exposition;
use families::Family;

pub use exposition::Foreign;

/// Why a wrapper left a tick to others, or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SkipReason {
    /// Another run has, or had, the tick.
    Taken,
    /// A later tick has been claimed already.
    Superseded,
    /// An earlier tick was still running.
    Overlap,
    /// The tick's runner died and the tick is not run again.
    Lost,
    /// This node was not the one, or not healthy, or not in the group.
    NotChosen,
}

impl SkipReason {
    /// Every one there is.
    pub const ALL: [Self; 5] = [Self::Taken, Self::Superseded, Self::Overlap, Self::Lost, Self::NotChosen];

    /// The word for it, as a label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Superseded => "superseded",
            Self::Overlap => "overlap",
            Self::Lost => "lost",
            Self::NotChosen => "not_chosen",
        }
    }
}

impl From<&Skip> for SkipReason {
    fn from(skip: &Skip) -> Self {
        match skip {
            Skip::Taken(_) => Self::Taken,
            Skip::Superseded(_) => Self::Superseded,
            Skip::Overlap(_) => Self::Overlap,
            Skip::Lost(_) => Self::Lost,
        }
    }
}

/// What happened to a job on this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Its command was started.
    Started {
        /// For which tick.
        tick: Tick,
        /// When.
        at: Timestamp,
    },
    /// A run of it is over.
    Ended(Box<Report>),
    /// A tick was not run by this node.
    Skipped(SkipReason),
    /// A run of another wrapper was found lost.
    FoundLost,
}

/// The text with a job's change worked in; all other jobs stay as they are.
///
/// # Errors
/// When the text is not one of ours: it is not to be replaced then.
pub fn merge(text: &str, job: &JobName, change: &Change) -> Result<String, Foreign> {
    let mut exposition = Exposition::parse(text)?;
    let mut of_job = OfJob { job: job.as_str(), exposition: &mut exposition };
    of_job.start_counters();
    match change {
        Change::Started { tick, at } => of_job.started(*tick, *at),
        Change::Ended(report) => of_job.ended(report),
        Change::Skipped(reason) => of_job.count(Family::Skipped, reason.as_str()),
        Change::FoundLost => of_job.count(Family::FoundLost, ""),
    }
    Ok(exposition.render())
}

struct OfJob<'a> {
    job: &'a str,
    exposition: &'a mut Exposition,
}

impl OfJob<'_> {
    /// A counter that appears with its first event hides that event from `increase()`, which needs a zero before it.
    fn start_counters(&mut self) {
        // Runs that ended here did not get lost: those are counted by whoever finds them.
        for ending in Ending::ALL.into_iter().filter(|ending| *ending != Ending::Lost) {
            self.exposition.add(Family::Runs, self.job, ending.as_str(), 0.0);
        }
        for reason in SkipReason::ALL {
            self.exposition.add(Family::Skipped, self.job, reason.as_str(), 0.0);
        }
        self.exposition.add(Family::FoundLost, self.job, "", 0.0);
    }

    fn started(&mut self, tick: Tick, at: Timestamp) {
        self.set(Family::LastTick, seconds(tick.instant()));
        self.set(Family::LastStart, seconds(at));
    }

    fn ended(&mut self, report: &Report) {
        if let Some(started) = report.started {
            self.started(report.tick, started);
        }
        if let Some(ended) = report.ended {
            self.set(Family::LastEnd, seconds(ended));
            if report.is_success() {
                self.set(Family::LastSuccess, seconds(ended));
            }
        }
        if let Some(duration) = report.duration {
            self.set(Family::LastDuration, duration.as_secs_f64());
        }
        if let Some(status) = report.status {
            self.set(Family::LastStatus, f64::from(status));
        }
        self.count(Family::Runs, report.ending.as_str());
    }

    fn set(&mut self, family: Family, value: f64) {
        self.exposition.set(family, self.job, value);
    }

    fn count(&mut self, family: Family, label: &str) {
        self.exposition.add(family, self.job, label, 1.0);
    }
}

/// A time as Prometheus has it: seconds since 1970, with milliseconds.
fn seconds(at: Timestamp) -> f64 {
    // Exact: these integers are far below 2^53.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 stay exact for 280,000 years")]
    let milliseconds = at.as_millisecond() as f64;
    milliseconds / 1_000.0
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
