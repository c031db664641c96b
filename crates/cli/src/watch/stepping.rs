//! From one step of the journal to the next.

use std::time::Duration;

use bellwether_core::watch::{Reaction, Step, Task};
use bellwether_host::clock;

use super::daemon::Daemon;
use super::words::{kind_of, name_of};
use super::work::Work;

/// After this a node that could not be put back is tried to be put back again.
const PUT_BACK_AGAIN: Duration = Duration::from_secs(60);

impl Daemon {
    /// Begins the next step, if there is one and none is at work.
    pub(super) async fn begin_work(&mut self) {
        while self.work.is_none() && self.again_at.is_none() && self.unheard.is_empty() {
            let now = clock::now().wall;
            let Some((task, step)) = self.memory.journal.current() else { return };
            let (occasion, began) = (task.occasion.clone(), task.began().unwrap_or(now));
            self.log.info(&format!("{}: {} begins", occasion.name, name_of(step)));
            self.memory.journal.begin(now);
            self.keep();
            if step == Step::React(Reaction::BlockPorts) {
                let result = self.block.make_sure(true, &self.log).await;
                self.step_ended(step, result);
            } else {
                self.work = Some(Work::begin(step, &occasion, began, &self.tools));
            }
        }
    }

    pub(super) fn ended(&mut self, result: Result<(), String>) {
        let Some(work) = self.work.take() else { return };
        if work.orphaned {
            self.log.info(&format!("{} was given up: the node is in another state", name_of(work.step)));
            return;
        }
        if let (Step::PutBack, Err(why)) = (work.step, &result) {
            self.log.error(&format!("the node is not back in all its load balancers; that is tried again: {why}"));
            self.any_failure = true;
            self.gauges.step(&name_of(work.step), false);
            self.again_at = Some(clock::mono() + PUT_BACK_AGAIN);
            return;
        }
        self.step_ended(work.step, result);
    }

    fn step_ended(&mut self, step: Step, result: Result<(), String>) {
        let name = self.memory.journal.current().map(|(task, _)| task.occasion.name.to_string()).unwrap_or_default();
        match &result {
            Ok(()) => self.log.info(&format!("{name}: {} is done", name_of(step))),
            Err(why) => self.log.error(&format!("{name}: {} failed: {why}", name_of(step))),
        }
        self.any_failure |= result.is_err();
        self.gauges.step(&kind_of(step), result.is_ok());
        if let Some(task) = self.memory.journal.end(result.is_ok()) {
            self.task_ended(&task);
        }
        self.keep();
        self.tell_state();
    }

    fn task_ended(&self, task: &Task) {
        let name = &task.occasion.name;
        match task.failures() {
            0 => self.log.info(&format!("{name}: all reactions are done")),
            1 => self.log.error(&format!("{name}: all reactions were tried; 1 failed")),
            failures => self.log.error(&format!("{name}: all reactions were tried; {failures} failed")),
        }
    }
}
