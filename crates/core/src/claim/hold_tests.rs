use jiff::Timestamp;

use super::*;
use crate::claim::{Evidence, OnLost, Outcome, Run, decide};
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

/// A run that replaces another and waits for it, and its record.
fn run_that_replaces(older: &Record) -> (Run, Record) {
    let mut run = Run::new(Contender { overlap: Overlap::Replace, ..contender("mine", 11) });
    run.step(Event::Begin, second(0));
    run.step(Event::Woke, second(0));
    let action = run.step(read(Some((older.clone(), version("1")))), second(0));
    let Action::Swap { record, entries, .. } = action else { panic!("{action:?}") };
    assert_eq!((record.state, entries), (State::Claimed, Vec::new()), "it may still say how it ended");
    assert!(matches!(run.step(Event::Swapped(version("2")), second(0)), Action::Read { .. }));
    (run, *record)
}

/// The swap to STARTED for an attempt: what history it writes, and when it is sent.
fn start(run: &mut Run, attempt: u32, mut action: Action, from: u64) -> (Vec<Entry>, u64) {
    for at in from..from + 60 {
        action = match action {
            Action::Swap { record, entries, .. } if record.state == State::Started && record.attempt == attempt => {
                return (entries, at);
            }
            Action::Swap { .. } => run.step(Event::Swapped(version("renewed")), second(at)),
            Action::Read { .. } => run.step(Event::ReadFailed, second(at)),
            Action::Wait { .. } => run.step(Event::Woke, second(at)),
            other => panic!("{other:?}"),
        };
    }
    panic!("it never starts")
}

fn older() -> Record {
    let (_, record) = run_before_its_retry();
    Record { run_id: RunId::new("older").unwrap(), ..record }
}

#[test]
fn a_replaced_run_that_dies_without_a_word_is_told_as_lost_with_the_start_of_the_next() {
    let (mut run, record) = run_that_replaces(&older());
    let action = run.step(read(Some((record, version("2")))), second(1));
    let (entries, at) = start(&mut run, 1, action, 1);
    let [entry] = &entries[..] else { panic!("{entries:?}") };
    assert!(at >= LEASE.as_secs(), "it was waited for: {at}");
    assert_eq!((entry.run_id.as_str(), entry.outcome, entry.tick), ("older", Outcome::Lost, older().tick));
    assert_eq!((entry.started, entry.status), (older().started, None));
    assert!(entry.note.as_ref().is_some_and(|note| note.contains("lost while tick")), "{entry:?}");
    assert!(matches!(run.step(Event::Swapped(version("4")), second(at)), Action::Start(_)));
    run.step(Event::Woke, second(at));
    let action = run.step(Event::CommandEnded(Exit { status: 3, retryable: true }), second(at));
    assert_eq!(start(&mut run, 2, action, at).0, [], "it is told once");
}

#[test]
fn a_replaced_run_that_has_told_its_end_is_not_told_as_lost() {
    let (mut run, mut record) = run_that_replaces(&older());
    record.displaced.as_mut().unwrap().stopped = true;
    let action = run.step(read(Some((record, version("3")))), second(1));
    assert_eq!(start(&mut run, 1, action, 1), (Vec::new(), 1));
}

#[test]
fn a_run_that_has_ended_by_itself_when_it_is_replaced_says_so_and_is_not_waited_for() {
    let (mut run, record) = run_before_its_retry();
    // Its command had failed for good: the end is to be recorded.
    run.step(Event::Interrupted, second(2));
    let replacing = Contender { overlap: Overlap::Replace, ..contender("later", 11) };
    let unseen = Evidence { unchanged_for: Duration::ZERO, seen_beating: false, liveness: Liveness::Unknown };
    let super::super::Decision::Claim(successor, _) = decide(&replacing, Some(&record), unseen, second(2).wall) else {
        panic!("it replaces")
    };
    run.step(Event::Conflict, second(2));
    let action = run.step(read(Some((*successor.clone(), version("3")))), second(2));
    assert!(matches!(action, Action::Read { .. }), "{action:?}");
    let action = run.step(read(Some((*successor, version("3")))), second(2));
    let Action::Swap { record, entries, .. } = action else { panic!("{action:?}") };
    assert_eq!((record.run_id.as_str(), record.displaced.unwrap().stopped), ("later", true));
    let [entry] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((entry.run_id.as_str(), entry.outcome, entry.status), ("mine", Outcome::Done, Some(3)));
    let action = run.step(Event::Swapped(version("4")), second(2));
    let Action::End(verdict) = action else { panic!("{action:?}") };
    let exit = Exit { status: 3, retryable: true };
    assert_eq!(verdict, Verdict::Ran { exit, end: RunEnd::Held, recorded: true });
}

/// A run whose command was stopped, for no renewal was confirmed in time, and what follows from its end.
fn after_a_stop_in_time(on_lost: OnLost, status: i32) -> Action {
    let mut run = Run::new(Contender { on_lost, ..contender("mine", 10) });
    run.step(Event::Begin, second(0));
    run.step(Event::Woke, second(0));
    run.step(read(None), second(0));
    run.step(Event::Swapped(version("1")), second(0));
    assert!(matches!(run.step(Event::Swapped(version("2")), second(0)), Action::Start(_)));
    run.step(Event::Woke, second(0));
    assert!(matches!(run.step(Event::Woke, second(10)), Action::Swap { .. }), "a renewal");
    assert!(
        matches!(run.step(Event::SwapUnknown, second(20)), Action::Stop { .. }),
        "two thirds of the lease are over"
    );
    run.step(Event::Woke, second(20));
    run.step(Event::CommandEnded(Exit { status, retryable: true }), second(21))
}

#[test]
fn a_run_that_was_stopped_without_the_store_is_left_to_whoever_runs_lost_ones_again() {
    let Action::Append { entry, .. } = after_a_stop_in_time(OnLost::Rerun, 143) else {
        panic!("the record is changed")
    };
    assert_eq!((entry.outcome, entry.status), (Outcome::Lost, Some(143)));
    assert!(entry.note.is_some_and(|note| note.contains("the store was out of reach")));
}

#[test]
fn a_run_that_was_stopped_without_the_store_is_done_where_it_is_not_run_again_or_says_that_all_is_well() {
    for (on_lost, status) in [(OnLost::Skip, 143), (OnLost::Rerun, 0)] {
        let action = after_a_stop_in_time(on_lost, status);
        let Action::Swap { record, entries, .. } = action else { panic!("{action:?}") };
        assert_eq!((record.state, record.status), (State::Done, Some(status)));
        assert_eq!(entries[0].outcome, Outcome::Done);
    }
}
