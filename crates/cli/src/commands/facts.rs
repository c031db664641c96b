//! `bellwether facts`: what nodes there are, what they know of themselves, and when they were last heard of.

use std::collections::BTreeMap;
use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::facts::Facts;
use bellwether_core::filter::Filter;
use bellwether_core::fleet::caller::call::{Call, Ending, Progress, Terms};
use bellwether_core::fleet::inventory::{NodeRecord, Presence};
use bellwether_core::fleet::reply::{Event, Reply};
use bellwether_core::fleet::request::{Action, DEFAULT_TTL, Target};
use bellwether_core::names::NodeId;
use bellwether_host::clock;
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use crate::args::{AwsArgs, FleetArgs};
use crate::exit_status;
use crate::failure::Failure;
use crate::fleet::audience::{all_names, tell_absent, tell_doubts};
use crate::fleet::caller::Caller;
use crate::fleet::caller::drive::Question;
use crate::fleet::caller::interrupt::interrupts;
use crate::fleet::caller::show::Show;
use crate::fleet::caller::warnings::Warnings;
use crate::render::console::Console;
use crate::render::table::{Text, Tone, printable, table};
use crate::wiring::context::Context;

/// Show the nodes of the fleet, their facts, and when each was last heard of
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether facts\n  bellwether facts i-0123456789abcdef0\n  bellwether facts 'role=web' --show role,cpus,tag.Name\n  bellwether facts --json\n  bellwether facts --ask\n\nStatus: 0 when all matching nodes are there, 2 when some are silent or none matches, 69 when the transport is unavailable."
)]
pub(crate) struct FactsArgs {
    /// A node's id, or a filter such as 'role=web and cpus>=4'; every node without it
    #[arg(value_name = "NODE|FILTER")]
    which: Option<String>,

    /// Ask the agents now, instead of reading what they last announced
    #[arg(long)]
    ask: bool,

    /// With --ask: how long to wait for those that do not answer
    #[arg(long, value_name = "DUR", default_value = "5s", value_parser = duration::parse_positive)]
    wait: Duration,

    /// Show these facts of every node
    #[arg(long, value_name = "FACT,FACT", value_delimiter = ',', conflicts_with = "json")]
    show: Vec<String>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    fleet: FleetArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

/// A node as it is shown.
struct Row {
    record: NodeRecord,
    presence: Presence,
}

pub(crate) async fn run(args: FactsArgs, context: Context) -> Result<u8, Failure> {
    let mut caller = context.caller(&args.fleet, &args.aws).await?;
    let result = facts(&args, &mut caller, context.console).await;
    caller.close().await;
    let (rows, one) = result?;
    let text = match (args.json, one) {
        (true, _) => as_json(&rows),
        (false, true) => rows.iter().map(one_node).collect(),
        (false, false) => as_table(&rows, &args.show, context.console.colour()),
    };
    context.console.result(&text)?;
    if let (Some(which), []) = (&args.which, rows.as_slice()) {
        context
            .console
            .warning(&format!("no node in the inventory has the id '{which}', and none has facts that match it"));
        return Ok(exit_status::UNANSWERED);
    }
    Ok(tell_silent(&rows, context.console))
}

/// The nodes that are wanted, and whether one was named.
async fn facts(args: &FactsArgs, caller: &mut Caller, console: Console) -> Result<(Vec<Row>, bool), Failure> {
    let mut inventory = caller.inventory().await?;
    tell_doubts(&inventory.doubts, console);
    let mut records = std::mem::take(&mut inventory.records);
    records.sort_by(|a, b| a.node.cmp(&b.node));
    let target = target(args.which.as_deref(), &records)?;
    if matches!(target, Target::Filter(_)) {
        tell_absent(&inventory.absent, &caller.environment, console);
    }
    records.retain(|record| match &target {
        Target::Nodes(nodes) => nodes.contains(&record.node),
        Target::Filter(filter) => filter.matches(&record.facts),
    });
    let now = clock::now().wall;
    let mut rows: Vec<Row> = records.into_iter().map(|record| Row { presence: record.presence(now), record }).collect();
    let one = matches!(target, Target::Nodes(_));
    if args.ask {
        ask(args, target, &mut rows, caller, console).await?;
    }
    Ok((rows, one))
}

/// A node of the inventory by its id; else a filter.
fn target(which: Option<&str>, records: &[NodeRecord]) -> Result<Target, Failure> {
    let Some(text) = which else { return Ok(Target::Filter(Filter::everything())) };
    if let Some(record) = records.iter().find(|record| record.node.as_str() == text) {
        return Ok(Target::Nodes(vec![record.node.clone()]));
    }
    text.parse().map(Target::Filter).map_err(|error: bellwether_core::filter::FilterError| {
        Failure::usage(format!("'{text}' is no node of the inventory, and no filter:\n{}", error.pointed()))
            .remedy(error.remedy())
    })
}

/// Replaces what was announced by what the agents answer; who does not answer is silent.
async fn ask(
    args: &FactsArgs,
    target: Target,
    rows: &mut [Row],
    caller: &mut Caller,
    console: Console,
) -> Result<(), Failure> {
    let mut interrupt = interrupts()?;
    let wait = args.wait;
    let terms = Terms { batch: None, pause: Duration::ZERO, max_failures: None, first_answer: wait, patience: wait };
    let expected =
        rows.iter().filter(|row| row.presence != Presence::Left).map(|row| row.record.node.clone()).collect();
    let mut call = Call::new(terms, expected);
    let question = Question { action: Action::Facts, ttl: DEFAULT_TTL, durable: false, everyone: Some(target) };
    let mut answers = Answers { facts: BTreeMap::new(), console, warnings: Warnings::new(console) };
    caller.begin(Caller::new_id()?, &mut call, &question, &mut answers).await?.run(&mut interrupt).await?;
    answers.warnings.finish();
    for row in rows {
        let node = &row.record.node;
        if let Some((facts, at)) = answers.facts.remove(node) {
            row.record.facts = facts;
            row.record.seen = at;
            row.presence = Presence::Present;
        } else if row.presence == Presence::Present && answered_otherwise(&call, node) {
            row.presence = Presence::Silent;
        }
    }
    Ok(())
}

fn answered_otherwise(call: &Call, node: &NodeId) -> bool {
    !matches!(call.progress(node), Some(Progress::Ended(Ending::Refused(_))))
}

/// The facts that agents answered with.
struct Answers {
    facts: BTreeMap<NodeId, (Facts, Timestamp)>,
    console: Console,
    warnings: Warnings,
}

impl Show for Answers {
    fn reply(&mut self, reply: &Reply) {
        match &reply.event {
            Event::Facts(facts) => {
                self.facts.insert(reply.node.clone(), (facts.clone(), reply.at));
            }
            Event::Refused(refusal) => {
                self.console.warning(&format!("{}: refused: {}", reply.node, printable(&refusal.detail)));
            }
            _ => {}
        }
    }

    fn warnings(&mut self) -> &mut Warnings {
        &mut self.warnings
    }
}

/// Names those that should be there and are not; the status follows.
fn tell_silent(rows: &[Row], console: Console) -> u8 {
    let silent: Vec<NodeId> =
        rows.iter().filter(|row| row.presence == Presence::Silent).map(|row| row.record.node.clone()).collect();
    if silent.is_empty() {
        return exit_status::OK;
    }
    console.warning(&format!("expected, but silent: {}", all_names(&silent)));
    exit_status::UNANSWERED
}

fn as_json(rows: &[Row]) -> String {
    let nodes: Vec<_> = rows
        .iter()
        .map(|Row { record, presence }| {
            json!({
                "node": record.node, "presence": presence, "seen": record.seen.to_string(),
                "version": record.version, "facts": record.facts,
            })
        })
        .collect();
    format!("{:#}\n", json!({"nodes": nodes}))
}

fn as_table(rows: &[Row], show: &[String], colour: bool) -> String {
    if rows.is_empty() {
        return "no node of the inventory matches\n".to_owned();
    }
    let heading = if show.is_empty() { String::from("FACTS") } else { show.join(",") };
    let rows = rows.iter().map(|Row { record, presence }| {
        let (word, tone) = said(*presence);
        let facts = if show.is_empty() { record.facts.len().to_string() } else { shown(&record.facts, show) };
        let seen = record.seen.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        [Text::from(record.node.as_str()), Text::toned(word, tone), Text::from(seen), Text::from(facts)]
    });
    table(["NODE", "STATE", "LAST SEEN", &heading], rows, colour)
}

fn shown(facts: &Facts, show: &[String]) -> String {
    let text = |name: &String| facts.get(name).map_or_else(|| "-".to_owned(), |fact| fact.text().into_owned());
    show.iter().map(text).collect::<Vec<_>>().join(",")
}

fn one_node(Row { record, presence }: &Row) -> String {
    let (word, _) = said(*presence);
    let mut text = format!("{}  {word}, last seen {}\n", record.node, record.seen.strftime("%Y-%m-%d %H:%M:%SZ"));
    for (name, fact) in record.facts.iter() {
        text.push_str(&format!("  {name} = {}\n", crate::fleet::lines::harmless(fact.text().as_bytes())));
    }
    text
}

fn said(presence: Presence) -> (&'static str, Tone) {
    match presence {
        Presence::Present => ("present", Tone::Good),
        Presence::Silent => ("silent", Tone::Bad),
        Presence::Left => ("left", Tone::Doubtful),
    }
}
