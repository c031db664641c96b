//! How it ended: for people, for programs, and as an exit status.

use bellwether_core::drain::{Ending, Goal, Place, Report};
use bellwether_host::signals::Signal;
use serde_json::{Value, json};

use super::drive::Driven;
use super::missing::{explanation, missing};
use crate::exit_status;
use crate::failure::Failure;
use crate::render::console::Console;
use crate::render::table::{Text, Tone, table};

/// The exit status that follows from an end: what stopped it, else what failed, else what takes too long.
pub(crate) fn status(driven: &Driven<Signal>) -> u8 {
    let failed = |ending: &Ending| matches!(ending, Ending::Failed(_) | Ending::NotStarted { .. });
    let report = &driven.report;
    match driven.stopped {
        Some(signal) => exit_status::from_command(exit_status::signaled(signal as i32)),
        None if report.is_complete() => exit_status::OK,
        None if report.missing().any(|(_, ending)| failed(ending)) => exit_status::UNAVAILABLE,
        None => exit_status::TIMED_OUT,
    }
}

/// Says on standard error where it is not reached, and why.
pub(crate) fn tell_missing(console: Console, report: &Report) {
    for (place, ending) in report.missing() {
        let account = missing(place, ending, report.goal);
        console.failure(&Failure::unavailable(account.message).remedy(account.remedy));
    }
    if let Some(why) = &report.journal_failed {
        console.warning(&format!("the journal could not be written: {why}"));
    }
}

/// The places and how it ended there.
pub(crate) fn as_table(report: &Report, colour: bool) -> String {
    let row = |(place, ending): &(Place, Ending)| {
        let tone = if ending.is_good() { Tone::Good } else { Tone::Bad };
        [place.to_string().into(), Text::toned(word(ending).replace('_', " "), tone), note(place, ending).into()]
    };
    table(["PLACE", "RESULT", "NOTE"], report.endings.iter().map(row), colour)
}

/// The places and how it ended there, one object each: those of [`place`] and how it ended.
pub(crate) fn as_json(report: &Report) -> Value {
    let one = |(place, ending): &(Place, Ending)| {
        let mut value = self::place(place);
        value["result"] = json!(word(ending));
        value["reached"] = json!(ending.is_good());
        if !ending.is_good() {
            let account = missing(place, ending, report.goal);
            value["message"] = json!(account.message);
            value["remedy"] = json!(account.remedy);
        }
        value
    };
    json!({
        "goal": match report.goal { Goal::Out => "out", Goal::In => "in" },
        "complete": report.is_complete(),
        "places": report.endings.iter().map(one).collect::<Vec<_>>(),
    })
}

/// A place: its kind, and what is registered where.
pub(crate) fn place(place: &Place) -> Value {
    match place {
        Place::Classic { balancer, instance } => {
            json!({"kind": "classic", "load_balancer": balancer, "instance": instance})
        }
        Place::TargetGroup { group, target } => {
            json!({"kind": "target_group", "target_group": group, "target": target})
        }
    }
}

/// The result in a word, stable for programs.
fn word(ending: &Ending) -> &'static str {
    match ending {
        Ending::Drained => "drained",
        Ending::DrainedByTime => "drained_by_time",
        Ending::InService(_) => "in_service",
        Ending::Registered(_) => "registered",
        Ending::Gone => "gone",
        Ending::Overdue { .. } => "overdue",
        Ending::Failed(_) => "failed",
        Ending::NotStarted { .. } => "not_started",
        Ending::Interrupted { .. } => "interrupted",
    }
}

/// What there is to say of a good end; of the others it is said on standard error.
fn note(place: &Place, ending: &Ending) -> String {
    match ending {
        Ending::DrainedByTime => "the time for requests under way is over".to_owned(),
        Ending::Gone => "it was deleted meanwhile".to_owned(),
        Ending::Registered(seen) => match explanation(place, seen) {
            meaning if meaning.is_empty() => seen.standing.to_string(),
            meaning => format!("{}: {meaning}", seen.standing),
        },
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use bellwether_core::drain::{Trouble, TroubleKind};

    use super::*;

    fn driven(endings: Vec<Ending>, stopped: Option<Signal>) -> Driven<Signal> {
        let place = Place::Classic { balancer: "web".to_owned(), instance: "i-1".parse().unwrap() };
        let endings = endings.into_iter().map(|ending| (place.clone(), ending)).collect();
        Driven { report: Report { goal: Goal::Out, endings, journal_failed: None }, stopped }
    }

    #[test]
    fn the_exit_status_says_what_the_end_was() {
        let overdue = || Ending::Overdue { seen: None, trouble: None };
        let trouble = Trouble { kind: TroubleKind::Final, message: String::new(), remedy: String::new() };
        for (endings, stopped, code) in [
            (vec![], None, 0),
            (vec![Ending::Drained, Ending::Gone], None, 0),
            (vec![Ending::Drained, overdue()], None, 124),
            (vec![overdue(), Ending::Failed(trouble)], None, 69),
            (vec![Ending::NotStarted { why: String::new() }], None, 69),
            (vec![Ending::Drained], Some(Signal::SIGINT), 130),
            (vec![overdue()], Some(Signal::SIGTERM), 143),
        ] {
            assert_eq!(status(&driven(endings, stopped)), code);
        }
    }
}
