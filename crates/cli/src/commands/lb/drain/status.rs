//! `lb drain --status`: what the journals say.

use std::path::Path;

use bellwether_core::drain::{Entry, Journal, Phase, Stage};
use bellwether_core::duration;
use bellwether_core::names::NodeId;
use bellwether_host::clock;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::drain::{journal, report};
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::{Text, Tone, table};
use crate::wiring::context::Context;

/// Shows the journals of this machine, or that of one node. A damaged one is told, and hides no other.
pub(super) fn show(context: &Context, node: Option<&NodeId>, as_json: bool) -> Result<u8, Failure> {
    let (journals, damaged) = read(&context.journals()?, node)?;
    let now = clock::now().wall;
    let text = match as_json {
        true => format!("{:#}\n", Value::Array(journals.iter().map(one).collect())),
        false if journals.is_empty() && damaged.is_empty() => "no node is drained\n".to_owned(),
        false => journals.iter().map(|journal| page(journal, now, context.console.colour())).collect(),
    };
    context.console.result(&text)?;
    damaged.iter().for_each(|failure| context.console.failure(failure));
    Ok(damaged.first().map_or(exit_status::OK, |failure| failure.status))
}

/// The journals, and what is wrong with those that cannot be read.
fn read(directory: &Path, node: Option<&NodeId>) -> Result<(Vec<Journal>, Vec<Failure>), Failure> {
    let found = match node {
        Some(node) => journal::peek(directory, node).transpose().into_iter().collect(),
        None => journal::all(directory)?,
    };
    let (mut journals, mut damaged) = (Vec::new(), Vec::new());
    for one in found {
        match one {
            Ok(journal) => journals.push(journal),
            Err(failure) => damaged.push(failure),
        }
    }
    Ok((journals, damaged))
}

fn one(journal: &Journal) -> Value {
    let place = |entry: &Entry| {
        let mut value = report::place(&entry.place);
        value["stage"] = json!(entry.stage);
        value["since"] = json!(entry.since);
        value["before"] = json!(entry.before);
        value
    };
    json!({
        "node": journal.node,
        "region": journal.region,
        "phase": journal.phase,
        "planned": journal.planned,
        "places": journal.entries.iter().map(place).collect::<Vec<_>>(),
    })
}

fn page(journal: &Journal, now: Timestamp, colour: bool) -> String {
    let phase = match journal.phase {
        Phase::Draining => "is being drained, or its drain was interrupted",
        Phase::Drained => "is drained",
        Phase::Returning => "is being returned, or its return was interrupted",
        Phase::Returned => "has returned",
    };
    let row = |entry: &Entry| -> [Text; 4] {
        let (word, tone) = stage(entry.stage);
        [
            entry.place.to_string().into(),
            Text::toned(word, tone),
            ago(now, entry.since).into(),
            entry.before.to_string().into(),
        ]
    };
    let rows = table(["PLACE", "STAGE", "SINCE", "BEFORE"], journal.entries.iter().map(row), colour);
    format!("{} in {} {phase}; begun {}\n{rows}", journal.node, journal.region, ago(now, journal.planned))
}

fn stage(stage: Stage) -> (&'static str, Tone) {
    match stage {
        Stage::Planned => ("planned", Tone::Doubtful),
        Stage::Deregistering => ("deregistering", Tone::Doubtful),
        Stage::Draining => ("draining", Tone::Doubtful),
        Stage::Drained => ("drained", Tone::Good),
        Stage::Registering => ("registering", Tone::Doubtful),
        Stage::Returned => ("returned", Tone::Good),
        Stage::Gone => ("gone", Tone::Bad),
    }
}

fn ago(now: Timestamp, since: Timestamp) -> String {
    let age = std::time::Duration::try_from(now.duration_since(since)).unwrap_or_default();
    format!("{} ago", duration::display(age))
}
