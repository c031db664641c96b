//! What a contender may do, given the record it sees: the rules of the claim in one pure function.

use std::time::Duration;

use jiff::Timestamp;

use super::entry::{Entry, KeptOutput, Outcome};
use super::record::{Displaced, Record, State, Was};
use crate::names::{JobName, NodeId, RunId};
use crate::time::Tick;

/// What happens when the previous tick of the job is still running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Overlap {
    /// The new tick is not run; history says so.
    #[default]
    Forbid,
    /// Both run.
    Allow,
    /// The old run is stopped, then the new one starts.
    Replace,
}

/// What happens to a tick whose runner died while its command may have been running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnLost {
    /// It is marked lost and not run again: at most once.
    #[default]
    Skip,
    /// It is run again: at least once.
    Rerun,
}

/// A wrapper that wants to run a tick of a job.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Contender {
    /// The job.
    pub job: JobName,
    /// The tick it wants to run.
    pub tick: Tick,
    /// The tick after that one, for people who ask when the job is due next.
    pub next: Option<Tick>,
    /// Its own, unique run.
    pub run_id: RunId,
    /// Its node.
    pub node: NodeId,
    /// How long others must see its record unchanged before they take it for dead.
    pub lease: Duration,
    /// What to do about an earlier tick still running.
    pub overlap: Overlap,
    /// What to do about a dead runner of the same tick.
    pub on_lost: OnLost,
    /// Whether to keep watching a tick that another node runs, to take over when it dies.
    pub standby: bool,
    /// How long to wait before the first look, so that nodes act in the order of their ranks.
    pub stagger: Duration,
    /// How many times a failed command is started again.
    pub retries: u32,
    /// How long to wait before each of these.
    pub retry_delay: Duration,
}

/// What is known on this very host of the runner of a record, beyond the record itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Liveness {
    /// Nothing: the runner may be on another host, or only something that it left behind is on this one.
    #[default]
    Unknown,
    /// The wrapper is alive.
    Alive,
    /// The wrapper and all that it started have ended.
    Gone,
}

/// What a contender has observed of the record it looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// For how long, on the observer's own clock, the record has been seen unchanged.
    pub unchanged_for: Duration,
    /// Whether the observer saw the record's run make a change: it was alive since the observer came.
    pub seen_beating: bool,
    /// What this host knows of the runner.
    pub liveness: Liveness,
}

impl Evidence {
    /// Whether the runner of the record is dead for certain: its lease is over, or its end was seen.
    fn is_stale(&self, record: &Record) -> bool {
        self.liveness == Liveness::Gone || self.unchanged_for >= record.lease
    }

    /// Whether the runner has been alive since the observer came.
    fn is_alive(&self) -> bool {
        self.liveness == Liveness::Alive || self.seen_beating
    }
}

/// Why a tick is not run by this contender.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Skip {
    /// Another run has the tick.
    Taken(Box<Record>),
    /// A later tick has been claimed already.
    Superseded(Box<Record>),
    /// The previous tick is still running and overlap is forbidden.
    Overlap(Box<Record>),
    /// The tick's runner died and the tick is not to be run again.
    Lost(Box<Record>),
}

/// What a contender does next.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Try to take the tick, with this record and these lines of history.
    Claim(Box<Record>, Vec<Entry>),
    /// Try to mark a dead run as lost, then look again.
    MarkLost(Box<Record>, Vec<Entry>),
    /// Look again after a while.
    Watch(Duration),
    /// Leave it; the lines of history say why where others would want to know.
    Skip(Skip, Vec<Entry>),
}

/// The shortest pause between two looks at a record.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// Decides what a contender does about the record it sees at calendar time `wall`.
pub fn decide(me: &Contender, current: Option<&Record>, evidence: Evidence, wall: Timestamp) -> Decision {
    let Some(record) = current else {
        return Decision::Claim(Box::new(first_claim(me)), Vec::new());
    };
    match record.tick.cmp(&me.tick) {
        std::cmp::Ordering::Greater => Decision::Skip(Skip::Superseded(Box::new(record.clone())), Vec::new()),
        std::cmp::Ordering::Equal => decide_same_tick(me, record, evidence, wall),
        std::cmp::Ordering::Less => decide_new_tick(me, record, evidence, wall),
    }
}

/// Another run has, or had, this very tick.
fn decide_same_tick(me: &Contender, record: &Record, evidence: Evidence, wall: Timestamp) -> Decision {
    let stale = evidence.is_stale(record);
    match record.state {
        State::Done => Decision::Skip(Skip::Taken(Box::new(record.clone())), Vec::new()),
        State::Lost => Decision::Skip(Skip::Lost(Box::new(record.clone())), Vec::new()),
        // The command was not started and cannot be any more: the swap to STARTED would fail.
        State::Claimed if stale => Decision::Claim(Box::new(takeover(me, record, record.attempt)), Vec::new()),
        // A claim that is never followed by a start would lose the tick, so it is watched until it is.
        State::Claimed => Decision::Watch(pause(record, evidence)),
        State::Started if stale => match me.on_lost {
            OnLost::Skip => Decision::MarkLost(Box::new(lost(record)), vec![lost_entry(me, record, wall)]),
            OnLost::Rerun => {
                let next = takeover(me, record, record.attempt.saturating_add(1));
                Decision::Claim(Box::new(next), vec![lost_entry(me, record, wall)])
            }
        },
        State::Started if me.standby => Decision::Watch(pause(record, evidence)),
        State::Started => Decision::Skip(Skip::Taken(Box::new(record.clone())), Vec::new()),
    }
}

/// The record is of an earlier tick.
fn decide_new_tick(me: &Contender, record: &Record, evidence: Evidence, wall: Timestamp) -> Decision {
    let claim = |displaced, entries| Decision::Claim(Box::new(new_claim(me, record, displaced)), entries);
    let stale = evidence.is_stale(record);
    match record.state {
        State::Done | State::Lost => claim(None, Vec::new()),
        State::Claimed if stale => claim(record.displaced.clone(), vec![lost_entry(me, record, wall)]),
        State::Started if stale => claim(None, vec![lost_entry(me, record, wall)]),
        // It was never started, and cannot be after this; whom it waits for is waited for in its place.
        State::Claimed if me.overlap == Overlap::Replace => {
            claim(record.displaced.clone(), vec![replaced_entry(me, record, wall)])
        }
        State::Claimed => Decision::Watch(pause(record, evidence)),
        State::Started => match me.overlap {
            Overlap::Allow => claim(None, Vec::new()),
            Overlap::Replace => claim(Some(displaced(record)), Vec::new()),
            Overlap::Forbid if evidence.is_alive() => {
                let entry = skipped_entry(me, record, wall);
                Decision::Skip(Skip::Overlap(Box::new(record.clone())), vec![entry])
            }
            // Running, or dead and not yet known to be: its next beat, or the end of its lease, will tell.
            Overlap::Forbid => Decision::Watch(pause(record, evidence)),
        },
    }
}

/// When to look again: soon at first, then ever more rarely, but never later than the lease can end.
fn pause(record: &Record, evidence: Evidence) -> Duration {
    let rarely = (record.lease / 3).max(SHORTEST_PAUSE);
    let growing = evidence.unchanged_for.clamp(SHORTEST_PAUSE, rarely);
    growing.min(record.lease.saturating_sub(evidence.unchanged_for).max(SHORTEST_PAUSE))
}

fn first_claim(me: &Contender) -> Record {
    Record {
        tick: me.tick,
        run_id: me.run_id.clone(),
        node: me.node.clone(),
        fence: 1,
        attempt: 1,
        state: State::Claimed,
        beat: 1,
        lease: me.lease,
        started: None,
        ended: None,
        status: None,
        displaced: None,
        next: me.next,
    }
}

fn new_claim(me: &Contender, previous: &Record, displaced: Option<Displaced>) -> Record {
    Record { fence: previous.fence.saturating_add(1), displaced, ..first_claim(me) }
}

/// The claim of a tick whose runner is dead. Whom that runner waited for is waited for in its place.
fn takeover(me: &Contender, dead: &Record, attempt: u32) -> Record {
    let displaced = if dead.state == State::Claimed { dead.displaced.clone() } else { None };
    Record { attempt, ..new_claim(me, dead, displaced) }
}

fn displaced(record: &Record) -> Displaced {
    let was = Was {
        tick: record.tick,
        node: record.node.clone(),
        fence: record.fence,
        attempt: record.attempt,
        started: record.started,
    };
    Displaced { run_id: record.run_id.clone(), lease: record.lease, stopped: false, was: Some(was) }
}

fn lost(record: &Record) -> Record {
    Record { state: State::Lost, beat: record.beat.saturating_add(1), displaced: None, ..record.clone() }
}

/// A line of history about the run of a record.
pub(super) fn entry_of(
    job: &JobName,
    record: &Record,
    outcome: Outcome,
    note: Option<String>,
    wall: Timestamp,
) -> Entry {
    let never_started = record.started.is_none();
    Entry {
        job: job.clone(),
        tick: record.tick,
        run_id: record.run_id.clone(),
        node: record.node.clone(),
        fence: record.fence,
        attempt: if never_started { 0 } else { record.attempt },
        outcome,
        started: record.started,
        ended: record.ended,
        status: record.status,
        note,
        output: KeptOutput::default(),
        recorded: wall,
    }
}

fn lost_entry(me: &Contender, record: &Record, wall: Timestamp) -> Entry {
    let when =
        if record.state == State::Claimed { "before it started the command" } else { "while the command was running" };
    let note = format!("the runner was lost {when}; noticed by {}", me.node);
    entry_of(&me.job, record, Outcome::Lost, Some(note), wall)
}

/// A displaced run has stopped, for its lease is over or its end was seen, and has not said how.
pub(super) fn silent_entry(me: &Contender, displaced: &Displaced, wall: Timestamp) -> Option<Entry> {
    let was = displaced.was.clone()?;
    Some(Entry {
        job: me.job.clone(),
        tick: was.tick,
        run_id: displaced.run_id.clone(),
        node: was.node,
        fence: was.fence,
        attempt: was.attempt,
        outcome: Outcome::Lost,
        started: was.started,
        ended: None,
        status: None,
        note: Some(format!("the runner was lost while tick {} replaced it; noticed by {}", me.tick, me.node)),
        output: KeptOutput::default(),
        recorded: wall,
    })
}

fn replaced_entry(me: &Contender, record: &Record, wall: Timestamp) -> Entry {
    let note = format!("replaced by tick {} before it was started", me.tick);
    entry_of(&me.job, record, Outcome::Replaced, Some(note), wall)
}

fn skipped_entry(me: &Contender, running: &Record, wall: Timestamp) -> Entry {
    let note = format!("tick {} was still running on {}", running.tick, running.node);
    entry_of(&me.job, &Record { fence: 0, ..first_claim(me) }, Outcome::Skipped, Some(note), wall)
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
