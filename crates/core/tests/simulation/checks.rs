//! What must hold at every start, at every line of history, and at every wrapper's end.

use bellwether_core::claim::{Entry, OnLost, Outcome, Overlap, Record, Skip, Verdict};

use crate::books::PROMPT;
use crate::facts::{Facts, index_of};
use crate::fleet::Fleet;
use crate::plan::Plan;
use crate::store::tick_of;
use crate::violation::{Checked, Kind, broken};

impl Fleet {
    /// Whether a run was killed, stopped or told to end so far.
    pub(crate) fn is_disturbed(&self, index: usize) -> bool {
        let weather = |node: usize| &self.weather.nodes[node];
        let wrapper = self.wrappers[index].as_ref();
        self.facts[index].disturbed || wrapper.is_some_and(|it| it.is_disturbed(weather(it.node), self.now))
    }

    fn is_command_alive(&self, index: usize) -> bool {
        let wrapper = self.wrappers[index].as_ref();
        wrapper.is_some_and(|it| it.is_command_alive(&self.weather.nodes[it.node], self.now))
    }

    /// A command is about to be started.
    pub(crate) fn check_start(&mut self, index: usize, record: &Record) -> Checked {
        self.check_start_is_confirmed(index, record)?;
        self.check_start_is_alone(index, record)?;
        self.check_start_is_the_first(index, record)?;
        self.facts[index].starts += 1;
        self.totals.starts += 1;
        self.running.push(index);
        Ok(())
    }

    /// The store has had a STARTED record for just this start, and its lease is not about to end.
    fn check_start_is_confirmed(&self, index: usize, record: &Record) -> Checked {
        let now = self.now;
        if self.facts[index].stored_start != Some((record.attempt, record.fence)) {
            return broken(Kind::StartedUnconfirmed, now, format!("{record:?}; {:?}", self.facts[index]));
        }
        let guard = self.wrappers[index].as_ref().and_then(|wrapper| wrapper.guard);
        if guard.is_some_and(|guard| guard <= now) {
            return broken(Kind::StartedLate, now, format!("{record:?} was to be killed at {guard:?}"));
        }
        Ok(())
    }

    /// No other command is alive, but that of another tick where overlap is allowed.
    fn check_start_is_alone(&mut self, index: usize, record: &Record) -> Checked {
        let mut running = std::mem::take(&mut self.running);
        running
            .retain(|other| *other != index && self.wrappers[*other].as_ref().is_some_and(|it| it.command.is_some()));
        for &other in &running {
            let allowed = self.plan.overlap == Overlap::Allow && self.facts[other].tick != self.facts[index].tick;
            if self.is_command_alive(other) && !allowed {
                let what = format!("{record:?} starts beside r{other}: {:?}", self.facts[other]);
                return broken(Kind::LiveTogether, self.now, what);
            }
        }
        self.running = running;
        Ok(())
    }

    /// Each attempt of a tick starts once, under skip each tick by one run, and fences grow. Where ticks may run
    /// beside each other, an older one may also start after a newer one; there they grow within each tick.
    fn check_start_is_the_first(&mut self, index: usize, record: &Record) -> Checked {
        let (plan, now) = (&self.plan, self.now);
        let tick = self.facts[index].tick;
        let book = &mut self.books[tick as usize];
        let (first, again) = (book.starter.is_none(), book.starter == Some(index));
        let rerun = plan.on_lost == OnLost::Rerun;
        let within_retries = !again || self.facts[index].starts <= plan.retries;
        if record.tick != tick_of(plan, tick)
            || record.attempt <= book.attempt
            || !(first || again || rerun)
            || !within_retries
        {
            return broken(Kind::StartedTwice, now, format!("{record:?} after {book:?}"));
        }
        let latest = if plan.overlap == Overlap::Allow { book.fence } else { self.latest_start };
        if latest.is_some_and(|(fence, run)| record.fence < fence || (record.fence == fence && run != index)) {
            return broken(Kind::FenceNotRaised, now, format!("{record:?} starts after {latest:?}"));
        }
        self.totals.started_ticks += u64::from(first);
        (book.attempt, book.starter, book.fence) = (record.attempt, Some(index), Some((record.fence, index)));
        self.latest_start = book.fence;
        Ok(())
    }

    /// A line of history is kept: it must be true.
    pub(crate) fn check_entry(&mut self, entry: &Entry) -> Checked {
        let (run, now) = (index_of(&entry.run_id), self.now);
        let facts = &self.facts[run];
        let alive = self.is_command_alive(run);
        let ended = !alive && facts.starts > 0 && facts.status == entry.status;
        match entry.outcome {
            Outcome::Done if !ended => {
                broken(Kind::EndInvented, now, format!("{entry:?} of {facts:?}, command alive: {alive}"))
            }
            Outcome::Lost | Outcome::Replaced if alive => {
                broken(Kind::LostWhileRunning, now, format!("{entry:?} of {facts:?}"))
            }
            Outcome::Lost if facts.is_undisturbed() && !self.is_disturbed(run) && self.has_time_to_yield(facts) => {
                broken(Kind::LostWithoutCause, now, format!("{entry:?} of {facts:?}"))
            }
            Outcome::Done | Outcome::Lost | Outcome::Replaced | Outcome::Skipped => {
                self.totals.lost_runs += u64::from(entry.outcome == Outcome::Lost);
                self.facts[run].noted = true;
                Ok(())
            }
        }
    }

    /// Whether a run that is replaced can say so within its lease: up to a third of it passes before it looks, up to a
    /// sixth until its command has ended, and six requests go to the store and back: it is refused a renewal, reads
    /// twice, and sets its mark, the second time when the other has renewed meanwhile.
    fn has_time_to_yield(&self, facts: &Facts) -> bool {
        let Plan { overlap, lease, latency, .. } = self.plan;
        overlap != Overlap::Replace || lease / 2 + 6 * facts.slowest.max(2 * latency) < lease
    }

    /// A wrapper ends: its command must have ended before, and its reason must be true.
    pub(crate) fn check_verdict(&mut self, index: usize, verdict: &Verdict) -> Checked {
        let now = self.now;
        if self.is_command_alive(index) {
            return broken(Kind::LeftBehind, now, format!("{:?}", self.facts[index]));
        }
        match verdict {
            Verdict::ClockAhead { .. } if self.has_sane_clock(index) => {
                broken(Kind::SaneClockRefused, now, format!("{:?}", self.clocks[self.facts[index].node]))
            }
            Verdict::Skipped(Skip::Overlap(record)) => {
                self.totals.overlaps += 1;
                self.facts[index].gave_way = true;
                self.check_that_it_was_there(index, index_of(&record.run_id))
            }
            _ => Ok(()),
        }
    }

    /// The run that a wrapper gave way to was alive since that wrapper came: it had not ended, or a change that it had
    /// sent before reached the store later.
    fn check_that_it_was_there(&self, index: usize, earlier: usize) -> Checked {
        let begun = self.facts[index].begun;
        let ended = self.facts[earlier].ended;
        let dies = self.wrappers[earlier].as_ref().and_then(|wrapper| wrapper.dies);
        let changed =
            self.store.claims.iter().rev().find(|claim| claim.run == earlier).map_or(0, |claim| claim.changed);
        let last_sign = ended.or(dies).unwrap_or(self.now).max(changed);
        if last_sign < begun {
            let what = format!("{:?} gave way to {:?}", self.facts[index], self.facts[earlier]);
            return broken(Kind::SkippedForNothing, self.now, what);
        }
        Ok(())
    }

    /// At the end of a fleet: a run that nothing disturbed, and no slow store, is in the history when it has started its
    /// command; the patience for recording an end (10 s) is too short for many slow answers. And so is any other whose
    /// STARTED record was there and that, under forbid, a later claim has followed, and under replace a later start:
    /// until then it is waited for.
    pub(crate) fn check_that_nothing_is_in_the_dark(&self) -> Checked {
        for (index, facts) in self.facts.iter().enumerate() {
            if facts.starts > 0 && facts.is_undisturbed() && facts.slowest <= PROMPT && !facts.noted {
                return broken(Kind::InTheDark, self.now, format!("r{index}: {facts:?}"));
            }
        }
        let claims = &self.store.claims;
        let followed = match self.plan.overlap {
            Overlap::Forbid => claims.len().saturating_sub(1),
            Overlap::Replace => claims.iter().rposition(|claim| claim.started).unwrap_or_default(),
            Overlap::Allow => 0,
        };
        match claims[..followed].iter().find(|claim| claim.started && !self.facts[claim.run].noted) {
            Some(claim) => broken(Kind::InTheDark, self.now, format!("{claim:?}: {:?}", self.facts[claim.run])),
            None => Ok(()),
        }
    }
}
