//! Records and entries to try a store with.

use std::time::Duration;

use bellwether_core::claim::{Entry, KeptOutput, Outcome, Record, State};
use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::time::Tick;
use jiff::{SignedDuration, Timestamp};

/// A job's name; panics when it is none.
pub fn job(name: &str) -> JobName {
    JobName::new(name).unwrap()
}

/// 2026-11-21T10:00:00Z and so many milliseconds.
pub fn instant(milliseconds: u64) -> Timestamp {
    let start: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    start + SignedDuration::from_millis(i64::try_from(milliseconds).unwrap())
}

/// A started run's record, at a beat.
pub fn record(run: &str, beat: u64) -> Record {
    Record {
        tick: Tick::at(instant(0)),
        run_id: RunId::new(run).unwrap(),
        node: NodeId::new("nœud-1").unwrap(),
        fence: 1,
        attempt: 1,
        state: State::Started,
        beat,
        lease: Duration::from_secs(30),
        started: Some(instant(250)),
        ended: None,
        status: None,
        displaced: None,
        next: None,
    }
}

/// The entry of a run that went well; `number` tells runs apart and orders them in time.
pub fn entry(job: &JobName, number: u64) -> Entry {
    Entry {
        job: job.clone(),
        tick: Tick::at(instant(number * 1_000)),
        run_id: RunId::new(format!("run-{number}")).unwrap(),
        node: NodeId::new("nœud-1").unwrap(),
        fence: number,
        attempt: 1,
        outcome: Outcome::Done,
        started: Some(instant(number * 1_000)),
        ended: Some(instant(number * 1_000 + 500)),
        status: Some(0),
        note: None,
        output: KeptOutput { tail: format!("output {number}\n").into_bytes(), total: 12 },
        recorded: instant(number * 1_000 + 600),
    }
}
