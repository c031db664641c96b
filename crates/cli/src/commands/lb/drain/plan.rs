//! `lb drain --dry-run`: which places would be left.

use bellwether_aws::Aws;
use bellwether_core::drain::{Entry, Journal, Stage};
use bellwether_core::duration;
use serde_json::{Value, json};

use super::node::Node;
use crate::drain::{journal, report};
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::{Text, Tone, table};
use crate::wiring::context::Context;

/// Shows it; nothing is changed or written.
pub(super) async fn show(context: &Context, aws: &Aws, node: &Node, json: bool) -> Result<u8, Failure> {
    let kept = journal::peek(&context.journals()?, &node.id)?;
    let journal = super::journal(context, aws, node, kept).await?;
    let text = match json {
        true => format!("{:#}\n", as_json(&journal)),
        false if journal.entries.is_empty() => {
            format!("{} is in no load balancer and no target group of {}\n", journal.node, journal.region)
        }
        false => as_table(&journal, context.console.colour()),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

fn as_json(journal: &Journal) -> Value {
    let one = |entry: &Entry| {
        let mut value = report::place(&entry.place);
        value["standing"] = json!(entry.before);
        value["drains_within_s"] = json!(entry.timing.drains_within.as_secs());
        value["would"] = json!(would(entry));
        value
    };
    json!({
        "node": journal.node,
        "region": journal.region,
        "begun": journal.entries.iter().any(is_begun).then_some(journal.planned),
        "waits_at_most_s": journal.drains_within().as_secs(),
        "places": journal.entries.iter().map(one).collect::<Vec<_>>(),
    })
}

fn as_table(journal: &Journal, colour: bool) -> String {
    let row = |entry: &Entry| -> [Text; 4] {
        let tone = if entry.before.is_serving() { Tone::Good } else { Tone::Doubtful };
        [
            entry.place.to_string().into(),
            Text::toned(entry.before.to_string(), tone),
            duration::display(entry.timing.drains_within).into(),
            would(entry).into(),
        ]
    };
    let places = table(["PLACE", "STANDING", "DRAINS WITHIN", "WOULD"], journal.entries.iter().map(row), colour);
    let most = duration::display(journal.drains_within());
    format!("{places}{} would be waited for {most} at most, and serve on for the settle time\n", journal.node)
}

fn would(entry: &Entry) -> &'static str {
    match (entry.is_ours(), is_begun(entry)) {
        (false, _) => "be waited for: somebody else takes it out",
        (true, false) => "be deregistered",
        (true, true) => "go on: an earlier drain has begun it",
    }
}

fn is_begun(entry: &Entry) -> bool {
    entry.stage != Stage::Planned
}
