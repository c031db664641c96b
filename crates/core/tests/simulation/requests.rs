//! The way of a request to the store and of its answer back.

use bellwether_core::claim::{Entry, Event, Liveness, Record, State};
use bellwether_core::store::Version;

use crate::facts::index_of;
use crate::facts::run_id;
use crate::fleet::Fleet;
use crate::plan::{Defect, Ms};
use crate::violation::Checked;
use crate::weather::Way;

/// What a wrapper asks of the store.
pub(crate) enum Request {
    Read,
    Swap { expected: Option<Version>, record: Box<Record>, entries: Vec<Entry> },
    Append(Box<Entry>),
}

impl Request {
    /// What the wrapper is told when the request was certainly not carried out.
    fn refused(&self) -> Event {
        match self {
            Self::Read => Event::ReadFailed,
            Self::Swap { .. } => Event::SwapFailed,
            Self::Append(_) => Event::AppendFailed,
        }
    }

    /// What it is told when there is no answer.
    fn unanswered(&self) -> Event {
        match self {
            Self::Read => Event::ReadFailed,
            Self::Swap { .. } => Event::SwapUnknown,
            Self::Append(_) => Event::AppendFailed,
        }
    }
}

impl Fleet {
    /// A wrapper sends a request, and waits for its answer until `by`.
    pub(crate) fn ask(&mut self, index: usize, request: Request, by: Ms) {
        let (now, node) = (self.now, self.facts[index].node);
        let refused = self.dice.one_in(self.plan.faults.failed);
        let longer = match self.weather.way(node, now, &mut self.dice) {
            Way::Open(longer) if !refused => longer,
            Way::Open(_) | Way::Refused => return self.refuse(index, &request),
            Way::Silent => return self.leave_unanswered(index, &request, by),
        };
        let late = if self.dice.one_in(self.plan.faults.late) { self.dice.below(6_000) } else { 0 };
        let arrives = now + 1 + self.dice.below(self.plan.latency) + longer + late;
        let lost = self.dice.one_in(self.plan.faults.lost);
        let reached = matches!(self.weather.way(node, arrives, &mut self.dice), Way::Open(_));
        // A lost request is one that never arrives; a lost answer is one to a request that did.
        if !reached || (lost && self.dice.one_in(2)) {
            return self.leave_unanswered(index, &request, by);
        }
        let back = arrives + self.dice.below(self.plan.latency) + self.dice.below(longer);
        let answered = !lost && back < by && matches!(self.weather.way(node, back, &mut self.dice), Way::Open(_));
        if answered {
            let slowest = &mut self.facts[index].slowest;
            *slowest = (back - now).max(*slowest);
        } else {
            self.totals.late_requests += u64::from(arrives >= by);
            self.leave_unanswered(index, &request, by);
        }
        self.let_arrive(arrives, index, request, answered.then_some(back));
    }

    fn refuse(&mut self, index: usize, request: &Request) {
        self.facts[index].failures += 1;
        self.totals.failed_requests += 1;
        self.tell(index, self.now + 1, request.refused());
    }

    fn leave_unanswered(&mut self, index: usize, request: &Request, by: Ms) {
        self.facts[index].failures += 1;
        self.totals.failed_requests += 1;
        let event = match (self.plan.defect, request) {
            (Some(Defect::AnswerAssumed), Request::Swap { expected, .. }) => {
                let before = expected.as_ref().map_or(0, |version| version.as_str().parse::<u64>().unwrap());
                Event::Swapped(Version::new((before + 1).to_string()))
            }
            _ => request.unanswered(),
        };
        self.tell(index, by, event);
    }

    /// A request reaches the store.
    pub(crate) fn reach(&mut self, index: usize, request: Request, answered: Option<Ms>) -> Checked {
        let event = match request {
            Request::Read => {
                let snapshot = Box::new(self.store.read(&run_id(index), self.now));
                Event::Read { snapshot, liveness: self.liveness(index) }
            }
            Request::Swap { expected, record, entries } => {
                let start = (record.state == State::Started).then_some((record.attempt, record.fence));
                let writer = index_of(&record.run_id);
                let event = self.store.swap(expected.as_ref(), *record, self.now)?;
                if matches!(event, Event::Swapped(_)) {
                    self.facts[writer].stored_start = start.or(self.facts[writer].stored_start);
                    entries.iter().try_for_each(|entry| self.check_entry(entry))?;
                }
                event
            }
            Request::Append(entry) => {
                self.check_entry(&entry)?;
                Event::Appended
            }
        };
        if let Some(back) = answered {
            self.tell(index, back, event);
        }
        Ok(())
    }

    /// What the host knows of the run that a wrapper waits for.
    fn liveness(&self, index: usize) -> Liveness {
        let Some(record) = self.store.record().filter(|_| self.plan.local) else { return Liveness::Unknown };
        let awaited = match &record.displaced {
            _ if index_of(&record.run_id) != index => index_of(&record.run_id),
            Some(displaced) => index_of(&displaced.run_id),
            None => return Liveness::Unknown,
        };
        if self.is_gone(awaited) { Liveness::Gone } else { Liveness::Alive }
    }

    /// Whether a wrapper has ended, and its command with it.
    pub(crate) fn is_gone(&self, index: usize) -> bool {
        self.wrappers[index].as_ref().is_none_or(|wrapper| wrapper.dies.is_some_and(|dies| dies <= self.now))
    }
}
