//! What a call came to, in words and as an exit status.

use bellwether_core::fleet::caller::call::{Call, Verdict};
use bellwether_core::fleet::reply::{Event, Outcome};
use bellwether_core::names::NodeId;

use super::tally::Tally;
use crate::exit_status;
use crate::fleet::audience::all_names;
use crate::render::console::Console;
use crate::render::table::printable;

/// The exit status: who did not answer weighs more than who failed, for it is not known what became of the request there.
pub(crate) fn status(call: &Call) -> u8 {
    match call.verdict() {
        Verdict::AllSucceeded => exit_status::OK,
        Verdict::SomeFailed => exit_status::NO,
        Verdict::SomeUnanswered => exit_status::UNANSWERED,
    }
}

/// Says what it came to, and names everyone who did not do what was wanted.
pub(super) fn tell(call: &Call, interrupted: bool, console: Console) {
    tell_missing(call, console);
    if call.nodes().next().is_none() {
        console.warning("no node answered, and none is known that should");
    }
    let (expected, others) = Tally::apart(call);
    let mut text = expected.words();
    if others.count() > 0 {
        console.warning(&format!("answered without being expected: {}", all_names(&unexpected(call))));
        text.push_str(&format!("; of {} more that nobody expected, {}", others.count(), others.words()));
    }
    console.notice(&format!("{text}{}", if interrupted { ", interrupted" } else { "" }));
}

fn tell_missing(call: &Call, console: Console) {
    let not_asked = match call.failed_too_often() {
        true => "not asked any more, since more nodes failed than --max-failures allows",
        false => "not asked any more",
    };
    let all = Tally::of_all(call);
    for (nodes, what) in [
        (all.failed, "failed"),
        (all.refused, "refused"),
        (all.running, "still running"),
        (all.unheard, "have not answered yet"),
        (all.silent, "did not answer"),
        (all.lost, "took the request and were not heard of again; what became of it there is unknown"),
        (all.not_asked, not_asked),
    ] {
        if !nodes.is_empty() {
            console.warning(&format!("{what}: {}", all_names(&nodes)));
        }
    }
}

/// The nodes that answered, and that nobody expected.
pub(super) fn unexpected(call: &Call) -> Vec<NodeId> {
    call.nodes().map(|(node, _)| node).filter(|node| call.is_unexpected(node)).cloned().collect()
}

/// How a node ended, where that is worth a line: not when it succeeded and everything was shown.
pub(super) fn ending(event: &Event) -> Option<String> {
    match event {
        Event::Refused(refusal) => Some(format!("refused: {}", printable(&refusal.detail))),
        Event::Done(done) => {
            let words = outcome_words(&done.outcome);
            match done.dropped_out.saturating_add(done.dropped_err) {
                0 => Some(words),
                dropped => Some(format!("{words}, {dropped} bytes of output left out")),
            }
        }
        _ => None,
    }
}

/// How a command ended.
pub(super) fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Exited(0) => "succeeded".to_owned(),
        Outcome::Exited(status) => format!("failed with status {status}"),
        Outcome::Signaled(signal) => format!("ended by signal {signal}"),
        Outcome::TimedOut => "timed out; its process group was ended".to_owned(),
        Outcome::NotStarted(why) => format!("could not be started: {}", printable(why)),
        Outcome::Unknown(why) => format!("outcome unknown: {}", printable(why)),
    }
}
