//! A claim that is held: from CLAIMED over STARTED and its renewals to DONE.
//!
//! The rule that everything here serves: a command runs only while its wrapper has a renewal confirmed that others
//! must respect. The lease counts from the sending of the swap that made the record; at two thirds of it the
//! command is told to end, at five sixths it is killed, and only at its end may others act.
//!
//! - `ending`: what becomes of the claim when the command has ended.

mod ending;

use std::time::Duration;

use super::decide::{Contender, Liveness, Overlap, Skip, silent_entry};
use super::entry::Entry;
use super::record::{Record, State};
use super::run::{Action, Event, Exit, RunEnd, Verdict, operation_limit, retry_pause};
use crate::store::{Snapshot, Version};
use crate::time::{Mono, Now};

/// How long the end of a run is tried to be recorded before the wrapper gives up on it.
const RECORDING_PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Stage {
    /// The run that this one replaces must stop first; at `free_at` its lease is over.
    Waiting { free_at: Mono },
    /// The swap to STARTED must be confirmed; at `give_up_at` the store counts as gone.
    /// `earlier` is how the attempt before ended, if there was one.
    Starting { attempt: u32, earlier: Option<Exit>, give_up_at: Mono },
    /// The command runs under the claim.
    Running,
    /// The command runs on without the claim, beside a later tick.
    Detached,
    /// The command was told to end.
    Stopping { why: RunEnd },
    /// The command failed and will be started again.
    Pausing { exit: Exit, until: Mono },
    /// The end must be recorded.
    Recording { exit: Exit, end: RunEnd, give_up_at: Mono },
    /// The run that replaces this one must be told that it has stopped, and history how it ended.
    Yielding { exit: Exit, end: RunEnd, give_up_at: Mono },
    /// The claim is not ours any more; history is told how the run ended.
    Noting { exit: Exit, end: RunEnd },
}

/// The operation on the record that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Pending {
    None,
    /// A swap to this record; `reading` once its outcome must be read back.
    Swap {
        record: Box<Record>,
        sent: Mono,
        reading: bool,
    },
    /// A read for its own sake.
    Look,
}

/// A held claim: its state between two events.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Hold {
    /// The record as last confirmed.
    record: Record,
    /// Its version.
    version: Version,
    /// When the swap that made it was sent.
    confirmed: Mono,
    /// The highest beat ever sent: each try has one of its own, so that a late answer is told from a new one.
    beat: u64,
    stage: Stage,
    pending: Pending,
    /// Not before this time is the store asked again.
    not_before: Mono,
    /// How many times this wrapper has started its command again.
    retried: u32,
}

impl Hold {
    /// A claim that was confirmed: by a swap that was first sent at `sent`.
    pub(super) fn new(record: Record, version: Version, sent: Mono, now: Now) -> Self {
        let stage = match &record.displaced {
            // The displaced run renewed last before our claim was made, which was before we knew of it.
            Some(displaced) if !displaced.stopped => Stage::Waiting { free_at: now.mono + displaced.lease },
            _ => starting(record.attempt, None, now),
        };
        let beat = record.beat;
        let (pending, retried) = (Pending::None, 0);
        Self { record, version, confirmed: sent, beat, stage, pending, not_before: now.mono, retried }
    }

    /// By when the command must be told to end, and be killed; none while it may run on.
    pub(super) fn deadline(&self) -> Option<(Mono, Mono)> {
        match self.stage {
            Stage::Running | Stage::Pausing { .. } | Stage::Stopping { .. } => Some((self.term_at(), self.kill_at())),
            _ => None,
        }
    }

    fn term_at(&self) -> Mono {
        self.confirmed + self.record.lease * 2 / 3
    }

    fn kill_at(&self) -> Mono {
        self.confirmed + self.record.lease * 5 / 6
    }

    fn renew_at(&self) -> Mono {
        (self.confirmed + self.record.lease / 3).max(self.not_before)
    }

    pub(super) fn step(&mut self, me: &Contender, event: Event, now: Now) -> Action {
        match event {
            Event::Swapped(version) => {
                if let Pending::Swap { record, sent, .. } = std::mem::replace(&mut self.pending, Pending::None) {
                    (self.record, self.version, self.confirmed) = (*record, version, sent);
                    return self.confirmed_swap(me, now);
                }
                self.advance(me, now)
            }
            Event::Conflict | Event::SwapUnknown => {
                if let Pending::Swap { reading, .. } = &mut self.pending {
                    *reading = true;
                }
                self.advance(me, now)
            }
            Event::Read { snapshot, liveness } => {
                if let (Stage::Waiting { free_at }, Liveness::Gone) = (&mut self.stage, liveness) {
                    *free_at = now.mono;
                }
                self.reconcile(me, *snapshot, now)
            }
            Event::SwapFailed | Event::ReadFailed => {
                if matches!(event, Event::SwapFailed) || self.pending == Pending::Look {
                    self.pending = Pending::None;
                }
                self.not_before = now.mono + retry_pause(self.record.lease);
                self.advance(me, now)
            }
            Event::CommandEnded(exit) => self.command_ended(me, exit, now),
            Event::Interrupted => self.interrupted(me, now),
            Event::Appended | Event::AppendFailed => self.noted(&event),
            Event::Begin | Event::Woke => self.advance(me, now),
        }
    }

    fn noted(&self, event: &Event) -> Action {
        let recorded = *event == Event::Appended;
        match self.stage {
            Stage::Noting { exit, end } => Action::End(Verdict::Ran { exit, end, recorded }),
            _ => Action::End(Verdict::Unavailable),
        }
    }

    /// A swap of ours is in the store for certain.
    fn confirmed_swap(&mut self, me: &Contender, now: Now) -> Action {
        match self.stage {
            Stage::Starting { attempt, .. } if self.has_started(attempt) => {
                // An answer that took most of the lease proves nothing about the time left; it is asked for again.
                if now.mono >= self.term_at() {
                    return self.advance(me, now);
                }
                self.stage = Stage::Running;
                Action::Start(Box::new(self.record.clone()))
            }
            Stage::Recording { exit, end, .. } if self.record.state == State::Done => {
                Action::End(Verdict::Ran { exit, end, recorded: true })
            }
            Stage::Yielding { exit, end, .. } => Action::End(Verdict::Ran { exit, end, recorded: true }),
            _ => self.advance(me, now),
        }
    }

    fn has_started(&self, attempt: u32) -> bool {
        self.record.state == State::Started && self.record.attempt == attempt
    }

    /// The record was read: is it still ours, and is it what we wrote last?
    fn reconcile(&mut self, me: &Contender, snapshot: Snapshot, now: Now) -> Action {
        let pending = std::mem::replace(&mut self.pending, Pending::None);
        let Some((record, version)) = snapshot.current else {
            return self.claim_gone(me, None, now);
        };
        if let Stage::Yielding { exit, end, .. } = self.stage {
            return self.tell_successor(me, exit, end, record, version, now);
        }
        if record.run_id != me.run_id || record.state == State::Lost {
            return self.claim_gone(me, Some(record), now);
        }
        let made = match &pending {
            Pending::Swap { record: wanted, sent, .. } if wanted.beat == record.beat => Some(*sent),
            _ => None,
        };
        (self.record, self.version) = (record, version);
        match made {
            Some(sent) => {
                self.confirmed = sent;
                self.confirmed_swap(me, now)
            }
            None => self.advance(me, now),
        }
    }

    /// The record is not ours any more: what that means depends on whose it is and on how far we are.
    fn claim_gone(&mut self, me: &Contender, successor: Option<Record>, now: Now) -> Action {
        let replaced = successor
            .as_ref()
            .and_then(|record| record.displaced.as_ref())
            .is_some_and(|displaced| displaced.run_id == me.run_id);
        let beside = successor.as_ref().is_some_and(|record| record.tick > me.tick);
        match self.stage {
            Stage::Waiting { .. } | Stage::Starting { earlier: None, .. } => not_run(successor),
            Stage::Running if replaced => self.stop(RunEnd::Replaced, now),
            // Within our lease only a claim that allows overlap can have taken the record of a later tick.
            Stage::Running if beside && now.mono < self.term_at() => {
                self.stage = Stage::Detached;
                self.advance(me, now)
            }
            Stage::Running => self.stop(RunEnd::ClaimLost, now),
            Stage::Pausing { exit, .. } | Stage::Starting { earlier: Some(exit), .. } if replaced => {
                self.yield_to_successor(me, exit, RunEnd::Replaced, now)
            }
            // It ended by itself just before; whoever replaces it need not wait out its lease.
            Stage::Recording { exit, end, .. } if replaced => self.yield_to_successor(me, exit, end, now),
            // Its command had ended by itself; without a claim it is only not started again.
            Stage::Pausing { exit, .. } | Stage::Starting { earlier: Some(exit), .. }
                if beside && me.overlap == Overlap::Allow =>
            {
                self.note(me, exit, RunEnd::Detached, now)
            }
            Stage::Pausing { exit, .. } | Stage::Starting { earlier: Some(exit), .. } => {
                self.note(me, exit, RunEnd::ClaimLost, now)
            }
            Stage::Recording { exit, end, .. } => self.note(me, exit, end, now),
            Stage::Yielding { exit, end, .. } => self.note(me, exit, end, now),
            Stage::Detached | Stage::Stopping { .. } | Stage::Noting { .. } => self.advance(me, now),
        }
    }

    fn stop(&mut self, why: RunEnd, now: Now) -> Action {
        self.stage = Stage::Stopping { why };
        self.pending = Pending::None;
        let nicely = self.record.lease / 6;
        let kill_at = match why {
            RunEnd::Overdue => self.kill_at(),
            _ => (now.mono + nicely).min(self.kill_at().max(now.mono)),
        };
        Action::Stop { kill_at }
    }

    /// What to do now, with no news but the time.
    fn advance(&mut self, me: &Contender, now: Now) -> Action {
        if self.stage == Stage::Running && now.mono >= self.term_at() {
            return self.stop(RunEnd::Overdue, now);
        }
        if let Some(verdict) = self.given_up(now.mono) {
            return Action::End(verdict);
        }
        match self.stage {
            // Nothing to ask of the store; the command's end is all there is to wait for.
            Stage::Detached => return Action::Wait { until: now.mono + self.record.lease },
            Stage::Stopping { .. } => return Action::Wait { until: now.mono + self.record.lease },
            _ => {}
        }
        if matches!(self.pending, Pending::Swap { reading: true, .. }) {
            return self.read_when_due(now);
        }
        match self.stage {
            Stage::Waiting { free_at } => self.wait_for_displaced(me, free_at, now),
            Stage::Pausing { exit, until } if now.mono >= until => {
                self.stage = starting(self.record.attempt.saturating_add(1), Some(exit), now);
                self.advance(me, now)
            }
            Stage::Pausing { until, .. } => self.renew_or_wait(until, now),
            Stage::Running => self.renew_or_wait(self.term_at(), now),
            Stage::Starting { attempt, .. } if now.mono >= self.not_before => {
                let started = Record { state: State::Started, attempt, started: Some(now.wall), ..self.record.clone() };
                self.swap(started, self.silent_entries(me, now), now)
            }
            Stage::Recording { exit, end, .. } if now.mono >= self.not_before => self.record_end(me, exit, end, now),
            Stage::Yielding { .. } => self.read_when_due(now),
            Stage::Noting { exit, end } => self.note(me, exit, end, now),
            _ => Action::Wait { until: self.not_before },
        }
    }

    fn given_up(&self, now: Mono) -> Option<Verdict> {
        match self.stage {
            Stage::Starting { earlier, give_up_at, .. } if now >= give_up_at => Some(match earlier {
                None => Verdict::Unavailable,
                Some(exit) => Verdict::Ran { exit, end: RunEnd::Overdue, recorded: false },
            }),
            Stage::Recording { exit, end, give_up_at } | Stage::Yielding { exit, end, give_up_at }
                if now >= give_up_at =>
            {
                Some(Verdict::Ran { exit, end, recorded: false })
            }
            _ => None,
        }
    }

    fn wait_for_displaced(&mut self, me: &Contender, free_at: Mono, now: Now) -> Action {
        let stopped = self.record.displaced.as_ref().is_none_or(|displaced| displaced.stopped);
        if stopped || now.mono >= free_at {
            self.stage = starting(self.record.attempt, None, now);
            return self.advance(me, now);
        }
        if now.mono >= self.renew_at() {
            return self.swap(self.record.clone(), Vec::new(), now);
        }
        if now.mono >= self.not_before {
            self.not_before = now.mono + retry_pause(self.record.lease);
            self.pending = Pending::Look;
            return Action::Read { by: self.limit(now.mono) };
        }
        Action::Wait { until: self.not_before.min(free_at) }
    }

    /// With the first start goes what nobody else will tell: that the run which was waited for never said how it ended.
    /// Should it say so after all, that counts.
    fn silent_entries(&self, me: &Contender, now: Now) -> Vec<Entry> {
        let displaced = self.record.displaced.as_ref().filter(|_| self.record.state == State::Claimed);
        let silent = displaced.filter(|displaced| !displaced.stopped);
        silent.and_then(|displaced| silent_entry(me, displaced, now.wall)).into_iter().collect()
    }

    fn renew_or_wait(&mut self, until: Mono, now: Now) -> Action {
        if now.mono >= self.renew_at() {
            return self.swap(self.record.clone(), Vec::new(), now);
        }
        Action::Wait { until: self.renew_at().min(until) }
    }

    fn read_when_due(&mut self, now: Now) -> Action {
        if now.mono < self.not_before {
            return Action::Wait { until: self.not_before };
        }
        Action::Read { by: self.limit(now.mono) }
    }

    /// The end of patience for one operation. A running command must not wait for an answer beyond its deadline.
    fn limit(&self, now: Mono) -> Mono {
        let limit = now + operation_limit(self.record.lease);
        if self.stage == Stage::Running { limit.min(self.term_at()) } else { limit }
    }

    fn swap(&mut self, mut record: Record, entries: Vec<Entry>, now: Now) -> Action {
        self.beat = self.beat.saturating_add(1);
        record.beat = self.beat;
        self.send(record, entries, now)
    }

    fn send(&mut self, record: Record, entries: Vec<Entry>, now: Now) -> Action {
        let record = Box::new(record);
        self.pending = Pending::Swap { record: record.clone(), sent: now.mono, reading: false };
        Action::Swap { expected: Some(self.version.clone()), record, entries, by: self.limit(now.mono) }
    }
}

fn starting(attempt: u32, earlier: Option<Exit>, now: Now) -> Stage {
    Stage::Starting { attempt, earlier, give_up_at: now.mono + RECORDING_PATIENCE }
}

/// A claim that went to another before anything was started.
fn not_run(successor: Option<Record>) -> Action {
    Action::End(match successor {
        Some(record) if record.state == State::Lost => Verdict::Skipped(Skip::Lost(Box::new(record))),
        Some(record) => Verdict::Skipped(Skip::Superseded(Box::new(record))),
        None => Verdict::Unavailable,
    })
}

#[cfg(test)]
#[path = "hold_tests.rs"]
mod tests;
