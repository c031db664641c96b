//! A node on its way out of one place.

use super::Task;
use crate::drain::journal::{Entry, Stage};
use crate::drain::report::Ending;
use crate::drain::standing::{Observation, Standing};
use crate::time::Mono;

/// How often a node is taken out of a place that somebody else puts it back into.
const MOST_REQUESTS: u32 = 3;

/// What follows from how it stands; the new stage, where there is one.
pub(super) fn seen(task: &mut Task, entry: &Entry, seen: &Observation, now: Mono) -> Option<Stage> {
    match seen.standing {
        Standing::Out | Standing::Gone => {
            task.end(Ending::Drained);
            Some(Stage::Drained)
        }
        // Nothing is given time to end: that it is being deregistered is all there is to wait for.
        Standing::Draining if entry.place.is_classic() && entry.timing.drains_within.is_zero() => {
            task.end(Ending::Drained);
            Some(Stage::Drained)
        }
        Standing::Draining => entry.is_ours().then_some(Stage::Draining),
        // Not taken out yet; put back by somebody else; or the load balancer is slow to show it.
        _ if task.may_ask && task.must_show(now) => {
            if task.times_taken < MOST_REQUESTS {
                task.ask_now(now);
            } else {
                task.end(Ending::Overdue { seen: Some(seen.clone()), trouble: task.trouble.clone() });
            }
            None
        }
        _ => None,
    }
}
