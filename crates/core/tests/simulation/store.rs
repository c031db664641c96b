//! The one store: a record behind compare-and-swap, and what the checks keep of its past.

use std::time::Duration;

use bellwether_core::claim::run::CLOCK_TOLERANCE;
use bellwether_core::claim::{Event, Overlap, Record, State};
use bellwether_core::names::RunId;
use bellwether_core::store::{Snapshot, Version};
use bellwether_core::time::Tick;
use jiff::Timestamp;

use crate::facts::{Claim, index_of};
use crate::plan::{Defect, Ms, Plan};
use crate::violation::{Checked, Kind, broken};

/// When the first tick but one is due: late enough for clocks that are minutes ahead.
const EPOCH: Ms = 600_000;

/// When a tick is due by a right clock.
pub(crate) fn due(plan: &Plan, tick: u64) -> Ms {
    EPOCH + tick * plan.interval
}

/// The tick with this number.
pub(crate) fn tick_of(plan: &Plan, tick: u64) -> Tick {
    Tick::at(calendar(due(plan, tick)))
}

fn number_of(plan: &Plan, tick: Tick) -> u64 {
    (tick.instant().as_millisecond() as u64 - EPOCH) / plan.interval
}

/// The calendar time of a virtual instant.
pub(crate) fn calendar(at: Ms) -> Timestamp {
    Timestamp::from_millisecond(at as i64).unwrap()
}

/// The store.
pub(crate) struct Store {
    plan: Plan,
    current: Option<(Record, u64)>,
    previous: Option<(Record, u64)>,
    /// Every claim it ever took, in order.
    pub(crate) claims: Vec<Claim>,
}

impl Store {
    pub(crate) fn new(plan: Plan) -> Self {
        Self { plan, current: None, previous: None, claims: Vec::new() }
    }

    pub(crate) fn record(&self) -> Option<&Record> {
        self.current.as_ref().map(|(record, _)| record)
    }

    /// What a wrapper reads.
    pub(crate) fn read(&self, reader: &RunId, now: Ms) -> Snapshot {
        let current = self.current.as_ref().map(|(record, version)| {
            let mut record = record.clone();
            if record.run_id != *reader {
                self.misread(&mut record);
            }
            (record, Version::new(version.to_string()))
        });
        Snapshot { current, store_time: Some(calendar(now)) }
    }

    /// What broken observers make of the record of another.
    fn misread(&self, record: &mut Record) {
        match self.plan.defect {
            Some(Defect::HastyObserver) => record.lease /= 2,
            Some(Defect::ClaimTakenForStart) if record.state == State::Claimed => record.state = State::Started,
            _ => {}
        }
    }

    /// The store comes back after an outage.
    pub(crate) fn restart(&mut self) {
        if self.plan.defect == Some(Defect::ForgetfulStore) {
            self.current = self.previous.clone();
        }
    }

    /// A swap that reaches the store.
    pub(crate) fn swap(&mut self, expected: Option<&Version>, record: Record, now: Ms) -> Checked<Event> {
        let version = self.current.as_ref().map(|(_, version)| *version);
        let expected = expected.map(|version| version.as_str().parse().unwrap());
        if version != expected && self.plan.defect != Some(Defect::BlindStore) {
            return Ok(Event::Conflict);
        }
        if self.record().is_none_or(|before| before.run_id != record.run_id) {
            self.check_claim(&record, now)?;
            self.claims.push(Claim {
                run: index_of(&record.run_id),
                tick: number_of(&self.plan, record.tick),
                fence: record.fence,
                at: now,
                changed: now,
                settled: None,
                started: false,
            });
        } else {
            self.check_change(&record, now)?;
        }
        self.keep_in_mind(&record, now);
        self.previous = self.current.take();
        let version = version.unwrap_or_default() + 1;
        self.current = Some((record, version));
        Ok(Event::Swapped(Version::new(version.to_string())))
    }

    fn keep_in_mind(&mut self, record: &Record, now: Ms) {
        let Some(claim) = self.claims.last_mut() else { return };
        claim.changed = now;
        claim.started |= record.state == State::Started;
        let in_nobodys_way = match record.state {
            State::Claimed => false,
            State::Started => self.plan.overlap == Overlap::Allow,
            State::Done | State::Lost => true,
        };
        if in_nobodys_way {
            claim.settled.get_or_insert(now);
        }
    }

    /// Ticks never go back and fences strictly grow from claim to claim; no claim reaches too far into the future.
    fn check_claim(&self, record: &Record, now: Ms) -> Checked {
        if record.tick.instant() > calendar(now) + CLOCK_TOLERANCE + Duration::from_millis(1) {
            return broken(Kind::FutureClaimed, now, format!("{record:?}"));
        }
        let Some(last) = self.claims.last() else { return Ok(()) };
        if number_of(&self.plan, record.tick) < last.tick {
            return broken(Kind::TickWentBack, now, format!("{record:?} after {last:?}"));
        }
        if record.fence <= last.fence {
            return broken(Kind::FenceNotRaised, now, format!("{record:?} after {last:?}"));
        }
        Ok(())
    }

    /// What a run makes of its own record: its fence stays, and its end is final.
    fn check_change(&self, record: &Record, now: Ms) -> Checked {
        let Some(before) = self.record() else { return Ok(()) };
        if record.fence != before.fence || record.tick != before.tick {
            return broken(Kind::FenceNotRaised, now, format!("{record:?} after {before:?}"));
        }
        if !before.is_live() && record.state != before.state {
            return broken(Kind::EndRevoked, now, format!("{record:?} after {before:?}"));
        }
        Ok(())
    }
}
