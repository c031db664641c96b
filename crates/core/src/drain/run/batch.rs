//! What is asked for many places at once, and what the answers change.

use super::{Action, Run};
use crate::drain::journal::Entry;
use crate::drain::place::Place;
use crate::drain::report::{Goal, Trouble, TroubleKind};
use crate::drain::standing::Observation;
use crate::drain::task::{Task, Want};
use crate::drain::timing::slowed;
use crate::time::{Mono, Now};

impl Run {
    /// All requests that are due, else all looks that are due.
    pub(super) fn batch(&mut self, now: Mono) -> Option<Action> {
        for want in [Want::Ask, Want::Look] {
            let due = |task: &Task| task.is_open() && task.want == want && task.due <= now;
            let tasks: Vec<_> = (0..self.tasks.len()).filter(|task| due(&self.tasks[*task].1)).collect();
            if tasks.is_empty() {
                continue;
            }
            let places = tasks.iter().map(|task| self.entries[self.tasks[*task].0].place.clone()).collect();
            self.handed_out = tasks;
            return Some(match (want, self.goal) {
                (Want::Look, _) => Action::Observe(places),
                (Want::Ask, Goal::Out) => Action::Deregister(places),
                (Want::Ask, Goal::In) => Action::Register(places),
            });
        }
        None
    }

    pub(super) fn asked(&mut self, answers: Vec<(Place, Result<(), Trouble>)>, now: Now) {
        self.answered(answers, now, Task::asked);
    }

    pub(super) fn observed(&mut self, answers: Vec<(Place, Result<Observation, Trouble>)>, now: Now) {
        self.answered(answers, now, Task::looked);
    }

    /// Gives every task that was handed out its answer. `take` says whether that changes what is to be kept.
    fn answered<T>(
        &mut self,
        mut answers: Vec<(Place, Result<T, Trouble>)>,
        now: Now,
        take: fn(&mut Task, &mut Entry, Result<T, Trouble>, Now) -> bool,
    ) {
        let mut throttled = false;
        for task in std::mem::take(&mut self.handed_out) {
            let (index, task) = &mut self.tasks[task];
            let entry = &mut self.entries[*index];
            let answer = answer_for(&entry.place, &mut answers);
            throttled |= is_throttled(&answer);
            self.unsaved |= take(task, entry, answer, now);
        }
        self.slow_down(throttled, now.mono);
    }

    /// A limit on requests is one for the account: all places wait longer, also those that were answered.
    fn slow_down(&mut self, throttled: bool, now: Mono) {
        self.throttled = if throttled { self.throttled.saturating_add(1) } else { 0 };
        for (_, task) in self.tasks.iter_mut().filter(|(_, task)| task.is_open()) {
            task.due = now + slowed(task.due.since(now), self.throttled);
        }
    }
}

fn is_throttled<T>(answer: &Result<T, Trouble>) -> bool {
    answer.as_ref().is_err_and(|trouble| trouble.kind == TroubleKind::Throttled)
}

fn answer_for<T>(place: &Place, answers: &mut Vec<(Place, Result<T, Trouble>)>) -> Result<T, Trouble> {
    match answers.iter().position(|(answered, _)| answered == place) {
        Some(index) => answers.swap_remove(index).1,
        None => Err(Trouble {
            kind: TroubleKind::Passing,
            message: format!("nothing was answered about {place}"),
            remedy: "try again".to_owned(),
        }),
    }
}
