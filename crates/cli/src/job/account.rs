//! What a loop remembers of its command, for those who are told about the run.

use bellwether_core::claim::RunEnd;
use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::report::Report;
use bellwether_core::time::{Now, Tick};

use super::launch::{CommandEnd, Output};

/// A run's starts and ends so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Account {
    /// The first start that was tried.
    started: Option<Now>,
    /// Whether others have been told of a start.
    announced: bool,
    /// The last start that was tried, and its fence.
    attempt: u32,
    fence: u64,
    /// The last end.
    ended: Option<(Now, CommandEnd)>,
}

impl Account {
    /// A start is tried.
    pub(super) fn starting(&mut self, attempt: u32, fence: u64, now: Now) {
        self.started.get_or_insert(now);
        (self.attempt, self.fence) = (attempt, fence);
    }

    /// Whether the start that has just worked is the first that did, for those who are told of starts; true once.
    pub(super) fn is_news(&mut self) -> bool {
        !std::mem::replace(&mut self.announced, true)
    }

    /// The command ended, or could not be started.
    pub(super) fn ended(&mut self, end: CommandEnd, now: Now) {
        self.ended = Some((now, end));
    }

    /// The report of a run that is over; none when nothing was ever tried.
    pub(super) fn report(&self, of: OfRun<'_>, end: RunEnd, output: &Output) -> Option<Report> {
        let (started, (ended, command)) = (self.started?, self.ended?);
        Some(Report {
            job: of.job.clone(),
            tick: of.tick,
            run_id: of.run_id.clone(),
            node: of.node.clone(),
            attempt: self.attempt,
            fence: self.fence,
            ending: command.ending.of_run(end),
            status: Some(command.exit.status),
            started: Some(started.wall),
            ended: Some(ended.wall),
            duration: Some(ended.mono.since(started.mono)),
            note: None,
            output: output.kept(),
        })
    }
}

/// Which run it is.
pub(super) struct OfRun<'a> {
    pub(super) job: &'a JobName,
    pub(super) tick: Tick,
    pub(super) run_id: &'a RunId,
    pub(super) node: &'a NodeId,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bellwether_core::claim::Exit;
    use bellwether_core::report::Ending;
    use bellwether_core::time::Mono;

    use super::*;

    fn at(seconds: u64) -> Now {
        let wall = jiff::Timestamp::from_second(1_000).unwrap() + Duration::from_secs(seconds);
        Now { mono: Mono::since_boot(Duration::from_secs(seconds)), wall }
    }

    #[test]
    fn a_run_lasts_from_its_first_start_to_its_last_end() {
        let (job, run_id) = (JobName::new("job").unwrap(), RunId::new("r1").unwrap());
        let node = NodeId::new("a").unwrap();
        let of = || OfRun { job: &job, tick: Tick::at(at(0).wall), run_id: &run_id, node: &node };
        let end = |status, ending| CommandEnd { exit: Exit { status, retryable: false }, ending };
        let mut account = Account::default();
        assert_eq!(account.report(of(), RunEnd::Held, &Output::new()), None);
        account.starting(1, 7, at(10));
        account.ended(end(3, Ending::Failed), at(12));
        assert!(account.is_news() && !account.is_news(), "a retry is no news");
        account.starting(2, 7, at(15));
        account.ended(end(0, Ending::Success), at(16));
        let report = account.report(of(), RunEnd::Held, &Output::new()).unwrap();
        assert_eq!((report.ending, report.status, report.attempt, report.fence), (Ending::Success, Some(0), 2, 7));
        assert_eq!((report.started, report.ended), (Some(at(10).wall), Some(at(16).wall)));
        assert_eq!(report.duration, Some(Duration::from_secs(6)));
        assert_eq!(account.report(of(), RunEnd::Replaced, &Output::new()).unwrap().ending, Ending::Replaced);
    }
}
