//! All places of a node on their way to one goal, as a pure state machine.
//!
//! A loop carries out each [`Action`] and answers with an [`Event`]; nothing else happens in between. No action but
//! [`Action::Save`] is handed out while the journal differs from what was last kept, so that the order of writing
//! that [`super::journal`] states is kept by construction.

mod batch;

use std::time::Duration;

use super::journal::{Entry, Journal, Phase, Stage};
use super::place::Place;
use super::report::{Ending, Goal, Progress, Report, Trouble};
use super::standing::{Observation, Standing};
use super::task::{Task, Want};
use super::timing::Timing;
use crate::time::{Mono, Now};

/// How long requests may still come in after a node was deregistered, though its state does not say so.
pub const USUAL_SETTLE: Duration = Duration::from_secs(15);

/// What the caller decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How long the node is to serve on after its last deregistration; [`USUAL_SETTLE`] unless set.
    pub settle: Duration,
    /// How long the load balancers are waited for; none for as long as their settings allow. The settle time of a node
    /// that is out everywhere is kept beyond it.
    pub limit: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self { settle: USUAL_SETTLE, limit: None }
    }
}

/// What the loop must do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Keep the journal, durably. Answer: `Saved` or `SaveFailed`.
    Save(Box<Journal>),
    /// Deregister the node from these places; those of one load balancer or group may go in one request. Answer: `Asked`.
    Deregister(Vec<Place>),
    /// Register the node in these places. Answer: `Asked`.
    Register(Vec<Place>),
    /// Look how the node stands in these places. Answer: `Observed`.
    Observe(Vec<Place>),
    /// Wait. Answer: `Woke` at `until`, or `Interrupted`.
    Wait {
        /// When to go on.
        until: Mono,
    },
    /// It is over.
    Done(Report),
}

/// What came of the last action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The first event.
    Begin,
    /// The journal is kept.
    Saved,
    /// The journal may not have been kept, and why.
    SaveFailed(String),
    /// The requests were taken or failed, one by one. A place without an answer counts as failed for now.
    Asked(Vec<(Place, Result<(), Trouble>)>),
    /// How the node stands, place by place.
    Observed(Vec<(Place, Result<Observation, Trouble>)>),
    /// The time waited for has come.
    Woke,
    /// The caller gives up. May come in place of any other answer; what was handed out counts as not done.
    Interrupted,
}

/// A node on its way out of its load balancers, or back: the state between two events.
#[derive(Debug, Clone)]
pub struct Run {
    goal: Goal,
    options: Options,
    /// The journal without its entries; none when none is kept.
    journal: Option<Journal>,
    entries: Vec<Entry>,
    /// Each with the index of its entry.
    tasks: Vec<(usize, Task)>,
    /// The tasks whose answer is awaited.
    handed_out: Vec<usize>,
    unsaved: bool,
    /// Whether what is kept says what is going to be done.
    announced: bool,
    save_failed: Option<String>,
    interrupted: bool,
    started: Mono,
    /// How many rounds in a row were throttled.
    throttled: u32,
}

impl Run {
    /// Takes a node out of the places of a journal: of a new plan, of a drain that was interrupted, or of an undrain
    /// that is to be turned round.
    pub fn drain(mut journal: Journal, options: Options, now: Now) -> Self {
        // One that is over is only looked after: it says so again, unless somebody has put the node back.
        if journal.phase != Phase::Drained {
            journal.phase = Phase::Draining;
        }
        for entry in journal.entries.iter_mut().filter(|entry| entry.is_ours()) {
            if matches!(entry.stage, Stage::Planned | Stage::Registering | Stage::Returned) {
                entry.advance(Stage::Deregistering, now.wall);
            }
        }
        Self::new(Goal::Out, Some(journal), options, now.mono)
    }

    /// Returns a node to the places of a journal: those it may have been taken out of, and no others. A journal whose
    /// node has returned asks for nothing.
    pub fn undrain(mut journal: Journal, options: Options, now: Now) -> Self {
        if journal.phase != Phase::Returned {
            journal.phase = Phase::Returning;
            let returning = |entry: &&mut Entry| entry.is_ours() && entry.stage != Stage::Planned;
            for entry in journal.entries.iter_mut().filter(returning) {
                entry.advance(Stage::Registering, now.wall);
            }
        }
        Self::new(Goal::In, Some(journal), options, now.mono)
    }

    /// Brings a node to a goal in these places without a journal. When `ask` is not set nothing is requested: somebody
    /// else has, and the outcome is waited for.
    pub fn without_journal(goal: Goal, places: &[(Place, Timing)], ask: bool, options: Options, now: Now) -> Self {
        let entry =
            |(place, timing): &(Place, Timing)| Entry::planned(place.clone(), Standing::InService, *timing, now.wall);
        let entries: Vec<_> = places.iter().map(entry).collect();
        let tasks = entries.iter().map(|entry| Task::new(entry, goal, ask, now.mono)).enumerate().collect();
        Self::with(goal, None, entries, tasks, options, now.mono)
    }

    fn new(goal: Goal, journal: Option<Journal>, options: Options, now: Mono) -> Self {
        let mut journal = journal;
        let entries = journal.as_mut().map(|journal| std::mem::take(&mut journal.entries)).unwrap_or_default();
        let over = journal.as_ref().is_some_and(|journal| journal.phase == Phase::Returned);
        let takes_part = |entry: &Entry| match goal {
            Goal::Out => true,
            Goal::In => !over && entry.stage == Stage::Registering,
        };
        let tasks = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| takes_part(entry))
            .map(|(index, entry)| (index, Task::new(entry, goal, true, now)))
            .collect();
        Self::with(goal, journal, entries, tasks, options, now)
    }

    fn with(
        goal: Goal,
        journal: Option<Journal>,
        entries: Vec<Entry>,
        tasks: Vec<(usize, Task)>,
        options: Options,
        now: Mono,
    ) -> Self {
        let unsaved = journal.is_some();
        Self {
            goal,
            options,
            journal,
            entries,
            tasks,
            handed_out: Vec::new(),
            unsaved,
            announced: false,
            save_failed: None,
            interrupted: false,
            started: now,
            throttled: 0,
        }
    }

    /// Takes what came of the last action and says what to do next.
    pub fn step(&mut self, event: Event, now: Now) -> Action {
        match event {
            Event::Begin | Event::Woke => {}
            Event::Saved => (self.unsaved, self.announced) = (false, true),
            Event::SaveFailed(why) => self.save_failed(&why),
            Event::Asked(answers) => self.asked(answers, now),
            Event::Observed(answers) => self.observed(answers, now),
            Event::Interrupted => self.interrupt(),
        }
        self.handed_out.clear();
        self.time_passed(now);
        self.reopen();
        self.next(now)
    }

    /// A drain that was over is not, when the node must be taken out again.
    fn reopen(&mut self) {
        let asks = self.tasks.iter().any(|(_, task)| task.is_open() && task.want == Want::Ask);
        if self.goal == Goal::Out
            && asks
            && let Some(journal) = self.journal.as_mut().filter(|journal| journal.phase == Phase::Drained)
        {
            journal.phase = Phase::Draining;
            self.unsaved = true;
        }
    }

    /// The journal as it should be kept; none for a run without one.
    pub fn journal(&self) -> Option<Journal> {
        let header = self.journal.as_ref()?;
        Some(Journal { entries: self.entries.clone(), ..header.clone() })
    }

    /// How far it is, place by place.
    pub fn progress(&self) -> impl Iterator<Item = Progress<'_>> {
        self.tasks.iter().map(|(index, task)| Progress {
            place: &self.entries[*index].place,
            stage: self.entries[*index].stage,
            seen: task.seen.as_ref(),
            trouble: task.trouble.as_ref(),
            ending: task.ending.as_ref(),
        })
    }

    /// A journal that cannot be written must not be ahead of what is done: nothing is taken out that is not announced.
    /// What is on its way goes on, and a node is put back whether that can be written down or not.
    fn save_failed(&mut self, why: &str) {
        self.unsaved = false;
        self.save_failed = Some(why.to_owned());
        if self.goal == Goal::Out && !self.announced {
            for (_, task) in self.tasks.iter_mut().filter(|(_, task)| task.is_open()) {
                task.end(Ending::NotStarted { why: why.to_owned() });
            }
        }
    }

    fn interrupt(&mut self) {
        self.interrupted = true;
        for (_, task) in self.tasks.iter_mut().filter(|(_, task)| task.is_open()) {
            task.end(Ending::Interrupted { seen: task.seen.clone() });
        }
    }

    fn time_passed(&mut self, now: Now) {
        let over = self.limit().is_some_and(|limit| now.mono >= limit);
        for (index, task) in &mut self.tasks {
            self.unsaved |= task.time_passed(&mut self.entries[*index], now);
            if over && task.is_open() {
                task.end(Ending::Overdue { seen: task.seen.clone(), trouble: task.trouble.clone() });
            }
        }
    }

    fn limit(&self) -> Option<Mono> {
        self.options.limit.map(|limit| self.started + limit)
    }

    fn next(&mut self, now: Now) -> Action {
        if let Some(save) = self.save() {
            return save;
        }
        if let Some(batch) = self.batch(now.mono) {
            return batch;
        }
        if let Some(until) = self.next_due(now.mono) {
            return Action::Wait { until };
        }
        if let Some(until) = self.settles_at().filter(|until| now.mono < *until) {
            return Action::Wait { until };
        }
        self.finish()
    }

    fn save(&self) -> Option<Action> {
        let keeps = self.unsaved && self.save_failed.is_none();
        self.journal().filter(|_| keeps).map(|journal| Action::Save(Box::new(journal)))
    }

    /// When there is something to do for a place that has not ended.
    fn next_due(&self, now: Mono) -> Option<Mono> {
        let open = self.tasks.iter().filter(|(_, task)| task.is_open());
        let next = open.map(|(_, task)| task.next_due(now)).min()?;
        Some(self.limit().map_or(next, |limit| limit.min(next)))
    }

    /// Until when a node that is out serves on. What an earlier process has requested counts from the start of this
    /// one: no two clocks are compared.
    fn settles_at(&self) -> Option<Mono> {
        if self.goal != Goal::Out || self.interrupted || self.journal_says(Phase::Drained) {
            return None;
        }
        let requested = |(index, task): &(usize, Task)| match task.taken() {
            Some(taken) => Some(taken),
            None => (self.entries[*index].stage == Stage::Drained).then_some(self.started),
        };
        let last = self.tasks.iter().filter_map(requested).max()?;
        let until = last + self.options.settle;
        // Whoever hears that it is safe to stop the node stops it: that may not be said too early, however late it is.
        // A node that is not out everywhere is not called safe at all.
        let limit = self.limit().filter(|_| !self.is_reached());
        Some(limit.map_or(until, |limit| limit.min(until)))
    }

    fn is_reached(&self) -> bool {
        self.tasks.iter().all(|(_, task)| task.ending.as_ref().is_some_and(Ending::is_good))
    }

    fn journal_says(&self, phase: Phase) -> bool {
        self.journal.as_ref().is_some_and(|journal| journal.phase == phase)
    }

    /// Keeps that it is over, then says so.
    fn finish(&mut self) -> Action {
        let report = self.report();
        let reached = if self.goal == Goal::Out { Phase::Drained } else { Phase::Returned };
        if let Some(journal) = self.journal.as_mut().filter(|journal| journal.phase != reached)
            && report.is_complete()
            && !self.interrupted
        {
            journal.phase = reached;
            self.unsaved = true;
            if let Some(save) = self.save() {
                return save;
            }
        }
        Action::Done(report)
    }

    fn report(&self) -> Report {
        let ending = |(index, task): &(usize, Task)| {
            let ending = task.ending.clone().unwrap_or(Ending::Interrupted { seen: task.seen.clone() });
            (self.entries[*index].place.clone(), ending)
        };
        Report {
            goal: self.goal,
            endings: self.tasks.iter().map(ending).collect(),
            journal_failed: self.save_failed.clone(),
        }
    }
}

#[cfg(test)]
#[path = "../run_tests/mod.rs"]
mod tests;
