//! What is to be done about one place, and when it has ended.

mod leaving;
mod returning;

use std::time::Duration;

use super::journal::{Entry, Stage};
use super::report::{Ending, Goal, Trouble, TroubleKind};
use super::standing::{Observation, Standing};
use super::timing::FIRST_LOOK;
use crate::time::{Mono, Now};

/// How long requests may fail in a row before a place is given up.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a load balancer may take to show what it has been asked for.
const SHOWN_WITHIN: Duration = Duration::from_secs(20);

/// What a place needs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// To be deregistered or registered.
    Ask,
    /// To be looked at.
    Look,
}

/// One place on its way to the goal: what is known beyond the journal's entry, which a crash may lose.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) goal: Goal,
    pub(super) want: Want,
    /// Not before this is anything asked.
    pub(super) due: Mono,
    /// Whether requests are made at all, rather than the outcome awaited.
    may_ask: bool,
    /// When the last request was taken, and how many were.
    taken: Option<Mono>,
    times_taken: u32,
    /// Whether the node was seen draining since the last request was taken.
    drained_since: bool,
    /// Since when everything fails.
    failing_since: Option<Mono>,
    /// When it takes too long; moves when a request is taken.
    deadline: Mono,
    /// When a look was last answered.
    looked: Option<Mono>,
    pub(super) seen: Option<Observation>,
    pub(super) trouble: Option<Trouble>,
    pub(super) ending: Option<Ending>,
}

impl Task {
    /// The way of a place to a goal, from the stage that its journal says.
    pub(super) fn new(entry: &Entry, goal: Goal, may_ask: bool, now: Mono) -> Self {
        let may_ask = may_ask && entry.is_ours();
        // A node that is to leave is asked to at once; all else begins with a look.
        let leave_now =
            goal == Goal::Out && may_ask && !matches!(entry.stage, Stage::Draining | Stage::Drained | Stage::Gone);
        let deadline = match goal {
            Goal::Out => now + entry.timing.out_within(),
            Goal::In => now + entry.timing.in_service_within,
        };
        Self {
            goal,
            want: if leave_now { Want::Ask } else { Want::Look },
            due: now,
            may_ask,
            taken: None,
            times_taken: 0,
            drained_since: false,
            failing_since: None,
            deadline,
            looked: None,
            seen: None,
            trouble: None,
            ending: None,
        }
    }

    /// Whether it still waits for something at this time.
    pub(super) fn is_open(&self) -> bool {
        self.ending.is_none()
    }

    /// When a request of this process was last taken.
    pub(super) fn taken(&self) -> Option<Mono> {
        self.taken
    }

    /// When there is next something to do, or to decide.
    pub(super) fn next_due(&self, now: Mono) -> Mono {
        let decides = [self.deadline, self.deadline + PATIENCE];
        match self.want {
            Want::Ask => self.due,
            Want::Look => decides.into_iter().filter(|at| *at > now).fold(self.due, Mono::min),
        }
    }

    pub(super) fn end(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
    }

    /// From one look to the next.
    pub(super) fn pause(&self, entry: &Entry) -> Duration {
        match self.goal {
            Goal::Out => entry.timing.pause_while_leaving(),
            Goal::In => entry.timing.pause_while_returning(),
        }
    }

    /// A request was taken, or failed. Returns whether the journal's entry has changed.
    pub(super) fn asked(&mut self, entry: &mut Entry, result: Result<(), Trouble>, now: Now) -> bool {
        self.due = now.mono + FIRST_LOOK;
        match result {
            Ok(()) => {
                self.went_right();
                self.request_taken(entry, now.mono);
                self.goal == Goal::Out && entry.advance(Stage::Draining, now.wall)
            }
            Err(trouble) => {
                match trouble.kind {
                    TroubleKind::NotThere => self.want = Want::Look,
                    TroubleKind::Final => self.end(Ending::Failed(trouble.clone())),
                    TroubleKind::Throttled | TroubleKind::Passing => self.went_wrong(now.mono, &trouble),
                }
                self.trouble = Some(trouble);
                false
            }
        }
    }

    fn request_taken(&mut self, entry: &Entry, now: Mono) {
        self.want = Want::Look;
        self.taken = Some(now);
        self.times_taken += 1;
        self.drained_since = false;
        self.deadline = match self.goal {
            Goal::Out => now + entry.timing.out_within(),
            Goal::In => now + entry.timing.in_service_within,
        };
    }

    /// A look was answered, or failed. Returns whether the journal's entry has changed.
    pub(super) fn looked(&mut self, entry: &mut Entry, result: Result<Observation, Trouble>, now: Now) -> bool {
        self.due = now.mono + self.pause(entry);
        if now.mono < self.deadline {
            self.due = self.due.min(self.deadline);
        }
        if result.is_ok() {
            self.looked = Some(now.mono);
        }
        match result {
            Ok(seen) if seen.standing == Standing::Gone => {
                self.end(Ending::Gone);
                self.seen = Some(seen);
                entry.advance(Stage::Gone, now.wall)
            }
            Ok(seen) => {
                let refusal = self.trouble.take().filter(|trouble| trouble.kind == TroubleKind::NotThere);
                self.failing_since = None;
                let stage = match self.goal {
                    Goal::Out => leaving::seen(self, entry, &seen, now.mono),
                    Goal::In => returning::seen(self, entry, &seen, refusal, now.mono),
                };
                self.seen = Some(seen);
                stage.is_some_and(|stage| entry.advance(stage, now.wall))
            }
            Err(trouble) => {
                match self.goal {
                    // A request that was taken has its effect whether it can be seen or not: time will tell.
                    Goal::Out => {}
                    Goal::In => returning::cannot_be_seen(self, &trouble, now.mono),
                }
                self.trouble = Some(trouble);
                false
            }
        }
    }

    /// The time has come for what only time decides. Returns whether the journal's entry has changed.
    pub(super) fn time_passed(&mut self, entry: &mut Entry, now: Now) -> bool {
        // As long as requests fail their patience counts, not the time a load balancer takes.
        if !self.is_open() || self.want == Want::Ask || now.mono < self.deadline {
            return false;
        }
        if self.goal == Goal::Out && entry.place.is_classic() && self.taken.is_some() && !self.seen_registered() {
            self.end(Ending::DrainedByTime);
            return entry.advance(Stage::Drained, now.wall);
        }
        // What was seen before the deadline may be out of date: it is looked once more, as long as that can be borne.
        if self.looked.is_some_and(|looked| looked >= self.deadline) || now.mono >= self.deadline + PATIENCE {
            self.end(Ending::Overdue { seen: self.seen.clone(), trouble: self.trouble.clone() });
        }
        false
    }

    fn seen_registered(&self) -> bool {
        self.seen.as_ref().is_some_and(|seen| seen.standing.is_registered())
    }

    fn went_right(&mut self) {
        (self.failing_since, self.trouble) = (None, None);
    }

    fn went_wrong(&mut self, now: Mono, trouble: &Trouble) {
        let since = *self.failing_since.get_or_insert(now);
        if now.since(since) >= PATIENCE {
            self.end(Ending::Failed(trouble.clone()));
        }
    }

    /// Whether the last request was taken so long ago that its effect must show.
    fn must_show(&self, now: Mono) -> bool {
        self.taken.is_none_or(|taken| now.since(taken) >= SHOWN_WITHIN)
    }

    /// Asks at once.
    fn ask_now(&mut self, now: Mono) {
        self.want = Want::Ask;
        self.due = now;
    }
}
