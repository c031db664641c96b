//! A node on its way back into one place.

use super::Task;
use crate::drain::journal::{Entry, Stage};
use crate::drain::report::{Ending, Trouble, TroubleKind};
use crate::drain::standing::{Observation, Standing};
use crate::time::Mono;

/// What AWS says of a target that is registered in a group without a load balancer: waiting cannot help.
const NOT_IN_USE: &str = "Target.NotInUse";

/// What follows from how it stands; the new stage, where there is one. `refusal` is why the last request was refused
/// as naming what is not there.
pub(super) fn seen(
    task: &mut Task,
    entry: &Entry,
    seen: &Observation,
    refusal: Option<Trouble>,
    now: Mono,
) -> Option<Stage> {
    match seen.standing {
        standing if standing.is_serving() => {
            task.end(Ending::InService(seen.clone()));
            Some(Stage::Returned)
        }
        Standing::Draining => {
            still_leaving(task, entry, now);
            None
        }
        Standing::Out => {
            out(task, refusal, now);
            None
        }
        // It was no better before, or nothing here can make it better.
        Standing::Starting | Standing::Unhealthy | Standing::Idle if is_as_before(entry, seen) => {
            task.end(Ending::Registered(seen.clone()));
            Some(Stage::Returned)
        }
        _ => None,
    }
}

fn is_as_before(entry: &Entry, seen: &Observation) -> bool {
    !entry.before.is_serving() || seen.reason == NOT_IN_USE
}

/// On some paths a registration takes a draining node back at once, on others it does nothing until the node is out.
/// So it is asked once while it drains, and again when it is out.
fn still_leaving(task: &mut Task, entry: &Entry, now: Mono) {
    if task.taken.is_none() && task.may_ask {
        task.ask_now(now);
    }
    if !task.drained_since {
        task.deadline = now + entry.timing.out_within() + entry.timing.in_service_within;
    }
    task.drained_since = true;
}

fn out(task: &mut Task, refusal: Option<Trouble>, now: Mono) {
    if let Some(refusal) = refusal {
        task.end(Ending::Failed(refusal));
    } else if task.may_ask && (task.drained_since || task.must_show(now)) {
        task.ask_now(now);
    }
}

/// A node that cannot be looked at is registered all the same: out of service for ever is worse than registered twice.
pub(super) fn cannot_be_seen(task: &mut Task, trouble: &Trouble, now: Mono) {
    let asked_before = task.taken.is_some() || !task.may_ask;
    match trouble.kind {
        TroubleKind::Final if asked_before => task.end(Ending::Failed(trouble.clone())),
        TroubleKind::Final => task.ask_now(now),
        _ if asked_before => {}
        _ => task.went_wrong(now, trouble),
    }
}
