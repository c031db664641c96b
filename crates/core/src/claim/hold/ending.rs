//! How a run ends: what becomes of the claim, and what history is told.

use super::{Hold, RECORDING_PATIENCE, Stage};
use crate::claim::decide::{Contender, OnLost, entry_of};
use crate::claim::entry::{Entry, Outcome};
use crate::claim::record::{Record, State};
use crate::claim::run::{Action, Exit, RunEnd, Verdict, operation_limit};
use crate::store::Version;
use crate::time::Now;

impl Hold {
    pub(super) fn command_ended(&mut self, me: &Contender, exit: Exit, now: Now) -> Action {
        self.not_before = now.mono;
        match self.stage {
            // Past its deadline the command was ended by its guard, whatever its status looks like.
            Stage::Running if now.mono >= self.term_at() => self.overdue(me, exit, now),
            Stage::Running if exit.retryable && self.retried < me.retries => {
                self.retried += 1;
                self.stage = Stage::Pausing { exit, until: now.mono + me.retry_delay };
                self.advance(me, now)
            }
            Stage::Running => self.record(me, exit, RunEnd::Held, now),
            Stage::Detached => self.note(me, exit, RunEnd::Detached, now),
            Stage::Stopping { why: why @ RunEnd::Replaced } => self.yield_to_successor(me, exit, why, now),
            Stage::Stopping { why: RunEnd::Overdue } => self.overdue(me, exit, now),
            Stage::Stopping { why } => self.note(me, exit, why, now),
            _ => self.advance(me, now),
        }
    }

    /// The command was stopped, for the store was out of reach. Where a lost run is run again, the record is left as a
    /// dead node would leave it: whoever watches it takes the tick over when the lease is over.
    fn overdue(&mut self, me: &Contender, exit: Exit, now: Now) -> Action {
        if is_to_be_run_again(me, exit) {
            self.note(me, exit, RunEnd::Overdue, now)
        } else {
            self.record(me, exit, RunEnd::Overdue, now)
        }
    }

    fn record(&mut self, me: &Contender, exit: Exit, end: RunEnd, now: Now) -> Action {
        self.stage = Stage::Recording { exit, end, give_up_at: now.mono + RECORDING_PATIENCE };
        self.advance(me, now)
    }

    /// No further attempt is made. A claim that was never started is left to be taken over.
    pub(super) fn interrupted(&mut self, me: &Contender, now: Now) -> Action {
        match self.stage {
            Stage::Waiting { .. } | Stage::Starting { earlier: None, .. } => Action::End(Verdict::Interrupted),
            Stage::Pausing { exit, .. } | Stage::Starting { earlier: Some(exit), .. } => {
                self.record(me, exit, RunEnd::Held, now)
            }
            _ => self.advance(me, now),
        }
    }

    pub(super) fn yield_to_successor(&mut self, me: &Contender, exit: Exit, end: RunEnd, now: Now) -> Action {
        self.stage = Stage::Yielding { exit, end, give_up_at: now.mono + RECORDING_PATIENCE };
        self.advance(me, now)
    }

    pub(super) fn record_end(&mut self, me: &Contender, exit: Exit, end: RunEnd, now: Now) -> Action {
        let done =
            Record { state: State::Done, ended: Some(now.wall), status: Some(exit.status), ..self.record.clone() };
        let entry = entry_of(&me.job, &done, Outcome::Done, note_of(end), now.wall);
        self.swap(done, vec![entry], now)
    }

    /// Sets the mark in the successor's record that it waits for.
    pub(super) fn tell_successor(
        &mut self,
        me: &Contender,
        exit: Exit,
        end: RunEnd,
        mut theirs: Record,
        version: Version,
        now: Now,
    ) -> Action {
        match theirs.displaced.as_mut() {
            Some(displaced) if displaced.run_id == me.run_id && !displaced.stopped => displaced.stopped = true,
            _ => return self.note(me, exit, end, now),
        }
        let entry = self.ended_entry(me, exit, end, now);
        self.version = version;
        self.send(theirs, vec![entry], now)
    }

    pub(super) fn note(&mut self, me: &Contender, exit: Exit, end: RunEnd, now: Now) -> Action {
        self.stage = Stage::Noting { exit, end };
        let entry = self.ended_entry(me, exit, end, now);
        Action::Append { entry: Box::new(entry), by: now.mono + operation_limit(self.record.lease) }
    }

    fn ended_entry(&self, me: &Contender, exit: Exit, end: RunEnd, now: Now) -> Entry {
        let outcome = match end {
            RunEnd::Overdue if is_to_be_run_again(me, exit) => Outcome::Lost,
            RunEnd::Held | RunEnd::Detached | RunEnd::Overdue => Outcome::Done,
            RunEnd::Replaced => Outcome::Replaced,
            RunEnd::ClaimLost => Outcome::Lost,
        };
        let ended = Record { ended: Some(now.wall), status: Some(exit.status), ..self.record.clone() };
        entry_of(&me.job, &ended, outcome, note_of(end), now.wall)
    }
}

/// Whether others run an overdue run's tick again. A command that says that all is well is believed.
fn is_to_be_run_again(me: &Contender, exit: Exit) -> bool {
    me.on_lost == OnLost::Rerun && exit.status != 0
}

/// What history says beside the outcome.
fn note_of(end: RunEnd) -> Option<String> {
    let note = match end {
        RunEnd::Held => return None,
        RunEnd::Detached => "a later tick was allowed to run beside it",
        RunEnd::Replaced => "stopped: a later tick replaced it",
        RunEnd::Overdue => "stopped: the store was out of reach for most of the lease",
        RunEnd::ClaimLost => "stopped: the claim was taken by another",
    };
    Some(note.to_owned())
}
