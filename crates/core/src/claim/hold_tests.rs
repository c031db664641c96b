use jiff::Timestamp;

use super::*;
use crate::claim::{Evidence, OnLost, Run, decide};
use crate::names::{JobName, NodeId, RunId};
use crate::time::{Mono, Tick};

const LEASE: Duration = Duration::from_secs(30);

fn contender(run: &str, minute: i64) -> Contender {
    Contender {
        job: JobName::new("job").unwrap(),
        tick: Tick::at(Timestamp::from_second(minute * 60).unwrap()),
        next: None,
        run_id: RunId::new(run).unwrap(),
        node: NodeId::new("here").unwrap(),
        lease: LEASE,
        overlap: Overlap::Allow,
        on_lost: OnLost::Skip,
        standby: false,
        stagger: Duration::ZERO,
        retries: 1,
        retry_delay: Duration::from_secs(20),
    }
}

fn second(second: u64) -> Now {
    let mono = Mono::since_boot(Duration::from_secs(second));
    Now { mono, wall: Timestamp::from_second(600 + second as i64).unwrap() }
}

fn version(version: &str) -> Version {
    Version::new(version)
}

fn read(current: Option<(Record, Version)>) -> Event {
    Event::Read { snapshot: Box::new(Snapshot { current, store_time: None }), liveness: Liveness::Unknown }
}

/// A run whose command has failed and will be started again, and its record.
fn run_before_its_retry() -> (Run, Record) {
    let mut run = Run::new(contender("mine", 10));
    run.step(Event::Begin, second(0));
    run.step(Event::Woke, second(0));
    run.step(read(None), second(0));
    let Action::Swap { record, .. } = run.step(Event::Swapped(version("1")), second(0)) else { panic!("no swap") };
    assert_eq!(record.state, State::Started);
    assert!(matches!(run.step(Event::Swapped(version("2")), second(0)), Action::Start(_)));
    run.step(Event::Woke, second(0));
    run.step(Event::CommandEnded(Exit { status: 3, retryable: true }), second(1));
    (run, *record)
}

#[test]
fn a_failed_command_that_a_later_tick_overtakes_before_its_retry_is_not_told_as_lost() {
    for seconds in [11, 25] {
        let (mut run, record) = run_before_its_retry();
        let unseen = Evidence { unchanged_for: Duration::ZERO, seen_beating: false, liveness: Liveness::Unknown };
        let later = contender("later", 11);
        let super::super::Decision::Claim(successor, _) = decide(&later, Some(&record), unseen, second(10).wall) else {
            panic!("overlap is allowed");
        };
        assert!(matches!(run.step(Event::Woke, second(seconds)), Action::Swap { .. }), "a renewal or a new start");
        run.step(Event::Conflict, second(seconds));
        let action = run.step(read(Some((*successor, version("3")))), second(seconds));
        let Action::Append { entry, .. } = action else { panic!("{action:?}") };
        assert_eq!((entry.outcome, entry.status), (Outcome::Done, Some(3)));
        assert!(entry.note.is_some_and(|note| note.contains("allowed to run beside it")));
    }
}
