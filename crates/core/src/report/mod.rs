//! What others are told about a run: how it ended, in words, as a ping, and as metrics.

pub mod metrics;
pub mod ping;

use std::time::Duration;

use jiff::Timestamp;

use crate::claim::{Entry, KeptOutput, RunEnd};
use crate::duration;
use crate::names::{JobName, NodeId, RunId};
use crate::time::Tick;

/// How a run ended, as those who are told about it want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The command ended with status 0.
    Success,
    /// The command ended by itself, with another status.
    Failed,
    /// The command was stopped by its timeout.
    TimedOut,
    /// A signal that was not passed on by us killed the command.
    Killed,
    /// The command could not be started.
    NotStarted,
    /// We were told to end, and passed that on to the command.
    Interrupted,
    /// A later tick took the run's place.
    Replaced,
    /// The command was stopped because the store was out of reach for too long.
    Overdue,
    /// The command was stopped because another node took the claim.
    ClaimLost,
    /// The run's node died; another one noticed.
    Lost,
}

impl Ending {
    /// Every one there is.
    pub const ALL: [Self; 10] = [
        Self::Success,
        Self::Failed,
        Self::TimedOut,
        Self::Killed,
        Self::NotStarted,
        Self::Interrupted,
        Self::Replaced,
        Self::Overdue,
        Self::ClaimLost,
        Self::Lost,
    ];

    /// The word for it, in variables and labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Killed => "killed",
            Self::NotStarted => "not_started",
            Self::Interrupted => "interrupted",
            Self::Replaced => "replaced",
            Self::Overdue => "overdue",
            Self::ClaimLost => "claim_lost",
            Self::Lost => "lost",
        }
    }

    /// How a run ended whose last command ended like this: what became of the claim tells more than the command does.
    #[must_use]
    pub const fn of_run(self, end: RunEnd) -> Self {
        match end {
            RunEnd::Held | RunEnd::Detached => self,
            RunEnd::Replaced => Self::Replaced,
            RunEnd::Overdue => Self::Overdue,
            RunEnd::ClaimLost => Self::ClaimLost,
        }
    }
}

/// A run that is over, for those who are told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The job.
    pub job: JobName,
    /// The tick.
    pub tick: Tick,
    /// The run.
    pub run_id: RunId,
    /// The node it ran on.
    pub node: NodeId,
    /// The last start of its command, from 1; 0 for none.
    pub attempt: u32,
    /// Its fence; 0 where no claim was made.
    pub fence: u64,
    /// How it ended.
    pub ending: Ending,
    /// The status of its command; none when nobody knows it.
    pub status: Option<i32>,
    /// When its command was first started, by the node's clock.
    pub started: Option<Timestamp>,
    /// When its command had ended last, by the node's clock.
    pub ended: Option<Timestamp>,
    /// From the first start to the last end.
    pub duration: Option<Duration>,
    /// Why, where the ending alone does not tell.
    pub note: Option<String>,
    /// The end of what its command wrote.
    pub output: KeptOutput,
}

impl Report {
    /// The report of a run that another node was found to have lost, from the line of history that says so.
    pub fn of_lost(entry: &Entry) -> Self {
        Self {
            job: entry.job.clone(),
            tick: entry.tick,
            run_id: entry.run_id.clone(),
            node: entry.node.clone(),
            attempt: entry.attempt,
            fence: entry.fence,
            ending: Ending::Lost,
            status: entry.status,
            started: entry.started,
            ended: entry.ended,
            duration: None,
            note: entry.note.clone(),
            output: entry.output.clone(),
        }
    }

    /// Whether all went well.
    pub fn is_success(&self) -> bool {
        self.ending == Ending::Success
    }

    /// All about it in one line, for people.
    pub fn summary(&self) -> String {
        let Self { job, tick, node, attempt, .. } = self;
        let status = self.status.map(|status| format!(" with status {status}")).unwrap_or_default();
        let took = self.duration.map(|took| format!(" after {}", duration::display(took))).unwrap_or_default();
        let note = self.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        format!("{job}: {}{status}{took} on node {node}, tick {tick}, attempt {attempt}{note}", self.ending.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn report(ending: Ending, status: Option<i32>) -> Report {
        Report {
            job: JobName::new("report").unwrap(),
            tick: Tick::at("2026-11-21T10:00:00Z".parse().unwrap()),
            run_id: RunId::new("00112233445566778899aabbccddeeff").unwrap(),
            node: NodeId::new("web-1").unwrap(),
            attempt: 2,
            fence: 7,
            ending,
            status,
            started: Some("2026-11-21T10:00:01Z".parse().unwrap()),
            ended: Some("2026-11-21T10:00:03.5Z".parse().unwrap()),
            duration: Some(Duration::from_millis(2_500)),
            note: None,
            output: KeptOutput { tail: b"first\nlast\n".to_vec(), total: 11 },
        }
    }

    #[test]
    fn the_summary_has_status_duration_node_tick_and_attempt_in_one_line() {
        assert_eq!(
            report(Ending::Failed, Some(3)).summary(),
            "report: failed with status 3 after 2.5s on node web-1, tick 2026-11-21T10:00:00Z, attempt 2"
        );
        let note = Some("the runner was lost".to_owned());
        let lost = Report { duration: None, note, ..report(Ending::Lost, None) };
        assert_eq!(
            lost.summary(),
            "report: lost on node web-1, tick 2026-11-21T10:00:00Z, attempt 2: the runner was lost"
        );
    }

    #[test]
    fn what_became_of_the_claim_tells_more_than_the_status() {
        assert_eq!(Ending::Success.of_run(RunEnd::Held), Ending::Success);
        assert_eq!(Ending::Failed.of_run(RunEnd::Detached), Ending::Failed);
        for (end, ending) in [
            (RunEnd::Replaced, Ending::Replaced),
            (RunEnd::Overdue, Ending::Overdue),
            (RunEnd::ClaimLost, Ending::ClaimLost),
        ] {
            assert_eq!(Ending::Success.of_run(end), ending);
            assert_eq!(Ending::Killed.of_run(end), ending);
        }
    }

    #[test]
    fn every_ending_has_a_word_of_its_own() {
        let mut words = Ending::ALL.map(Ending::as_str);
        words.sort_unstable();
        assert!(words.windows(2).all(|pair| pair[0] != pair[1]), "{words:?}");
    }
}
