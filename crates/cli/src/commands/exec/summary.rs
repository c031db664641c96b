//! What a call came to, in words and as an exit status.

use bellwether_core::fleet::caller::call::{Call, Ending, Progress, Verdict};
use bellwether_core::fleet::reply::{Event, Outcome};
use bellwether_core::names::NodeId;

use crate::exit_status;
use crate::fleet::audience::names;
use crate::render::console::Console;
use crate::render::table::printable;

/// How many nodes ended in which way.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) succeeded: usize,
    pub(super) failed: usize,
    pub(super) refused: usize,
}

impl Counts {
    pub(super) fn of(call: &Call) -> Self {
        let mut counts = Self::default();
        for (_, progress) in call.nodes() {
            match progress {
                Progress::Ended(Ending::Refused(_)) => counts.refused += 1,
                Progress::Ended(ending) if ending.is_success() => counts.succeeded += 1,
                Progress::Ended(Ending::Done(_)) => counts.failed += 1,
                _ => {}
            }
        }
        counts
    }
}

/// The exit status: who did not answer weighs more than who failed, for it is not known what became of the request there.
pub(crate) fn status(call: &Call) -> u8 {
    match call.verdict() {
        Verdict::AllSucceeded => exit_status::OK,
        Verdict::SomeFailed => exit_status::NO,
        Verdict::SomeUnanswered => exit_status::UNANSWERED,
    }
}

/// Says what it came to, and names everyone whose answer is missing.
pub(super) fn tell(call: &Call, interrupted: bool, console: Console) {
    let of = |wanted: fn(&Progress) -> bool| -> Vec<NodeId> {
        call.nodes().filter(|(_, progress)| wanted(progress)).map(|(node, _)| node.clone()).collect()
    };
    let not_asked = match call.failed_too_often() {
        true => "not asked any more, since more nodes failed than --max-failures allows",
        false => "not asked any more",
    };
    for (nodes, what) in [
        (of(|progress| matches!(progress, Progress::Working(_))), "still running"),
        (of(|progress| matches!(progress, Progress::Asked(_))), "have not answered yet"),
        (of(|progress| matches!(progress, Progress::Ended(Ending::Silent))), "did not answer"),
        (
            of(|progress| matches!(progress, Progress::Ended(Ending::Lost))),
            "took the request and were not heard of again; what became of it there is unknown",
        ),
        (of(|progress| matches!(progress, Progress::Waiting)), not_asked),
    ] {
        if !nodes.is_empty() {
            console.warning(&format!("{what}: {}", names(&nodes)));
        }
    }
    if call.nodes().next().is_none() {
        console.warning("no node answered, and none is known that should");
    }
    let Counts { succeeded, failed, refused } = Counts::of(call);
    let mut text = format!("{succeeded} succeeded");
    let unasked = of(|progress| matches!(progress, Progress::Waiting)).len();
    let unknown = call.nodes().count() - succeeded - failed - refused - unasked;
    for (number, what) in
        [(failed, "failed"), (refused, "refused"), (unknown, "without an answer"), (unasked, "not asked")]
    {
        if number > 0 {
            text.push_str(&format!(", {number} {what}"));
        }
    }
    console.notice(&format!("{text}{}", if interrupted { ", interrupted" } else { "" }));
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
