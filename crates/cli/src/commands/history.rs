//! `bellwether history`: what ran, where and how it ended.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bellwether_core::claim::{Entry, Outcome, fold};
use bellwether_core::duration;
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, HistoryQuery};
use bellwether_host::clock;
use clap::Args;
use serde_json::{Value, json};

use crate::args::AwsArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::{Text, Tone, printable, table};
use crate::wiring::context::Context;
use crate::wiring::store::StoreRef;

/// The most entries a store is asked for at a time.
const PAGE: usize = 500;

/// Show past runs, the newest first
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether history\n  bellwether history report --limit 5 --output\n  bellwether history report --json | jq '.[0].output'\n  bellwether history --prune 90d"
)]
pub(crate) struct HistoryArgs {
    /// One job [default: all of them]
    #[arg(value_name = "JOB")]
    job: Option<JobName>,

    /// Where claims are kept, as for once [default: a file in the state directory]
    #[arg(long, value_name = "URL")]
    store: Option<StoreRef>,

    /// How many runs to show
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,

    /// Show also what each command wrote, as far as it is kept
    #[arg(long, conflicts_with = "json")]
    output: bool,

    /// Print JSON, with what each command wrote
    #[arg(long)]
    json: bool,

    /// Remove the lines that are older than this, of all jobs, and show nothing
    #[arg(long, value_name = "DUR", value_parser = duration::parse, conflicts_with_all = ["job", "output", "json"])]
    prune: Option<std::time::Duration>,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) async fn run(args: HistoryArgs, context: Context) -> Result<u8, Failure> {
    if let Some(age) = args.prune {
        return prune(&args, &context, age).await;
    }
    let entries = match context.store(args.store.as_ref())? {
        StoreRef::None => return Err(Failure::usage("without a store there is no history")),
        store if store.is_yet_to_be_made() => Vec::new(),
        store => {
            let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
            let open = context.open(&store, &args.aws).await?;
            latest_runs(open.claims.as_ref(), args.job.as_ref(), limit).await?
        }
    };
    let colour = context.console.colour();
    let text = match (args.json, args.output) {
        (true, _) => format!("{:#}\n", Value::Array(entries.iter().map(as_json).collect())),
        _ if entries.is_empty() => "no runs yet\n".to_owned(),
        (_, true) => entries.iter().map(|entry| with_output(entry, colour)).collect(),
        _ => table(HEADING, entries.iter().map(row), colour),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

/// Removes old lines, and says how many.
async fn prune(args: &HistoryArgs, context: &Context, age: std::time::Duration) -> Result<u8, Failure> {
    let store = context.store(args.store.as_ref())?;
    let removed = if store.is_yet_to_be_made() {
        0
    } else {
        let before =
            clock::now().wall.checked_sub(age).map_err(|_| Failure::usage("that is longer ago than time goes back"))?;
        context.open(&store, &args.aws).await?.claims.prune(before).await?
    };
    context
        .console
        .result(&format!("{removed} {} of history removed\n", if removed == 1 { "line" } else { "lines" }))?;
    Ok(exit_status::OK)
}

/// The newest runs, one entry each.
async fn latest_runs(store: &dyn ClaimStore, job: Option<&JobName>, limit: usize) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    let mut before = None;
    loop {
        let page = store.history(&HistoryQuery { job: job.cloned(), limit: PAGE.min(limit * 2), before }).await?;
        entries.extend(page.entries);
        entries = fold(entries);
        before = page.next;
        if entries.len() >= limit || before.is_none() {
            entries.truncate(limit);
            return Ok(entries);
        }
    }
}

const HEADING: [&str; 7] = ["TICK", "JOB", "NODE", "STATE", "STATUS", "DURATION", "NOTE"];

fn row(entry: &Entry) -> [Text; 7] {
    let tone = match (entry.outcome, entry.status) {
        (Outcome::Done, Some(0)) => Tone::Good,
        (Outcome::Skipped | Outcome::Replaced, _) => Tone::Doubtful,
        _ => Tone::Bad,
    };
    [
        entry.tick.to_string().into(),
        entry.job.as_str().into(),
        entry.node.as_str().into(),
        Text::toned(entry.outcome.as_str(), tone),
        entry.status.map_or_else(String::new, |status| status.to_string()).into(),
        took(entry).map_or_else(String::new, duration::display).into(),
        note(entry).into(),
    ]
}

fn note(entry: &Entry) -> String {
    let attempts = (entry.attempt > 1).then(|| format!("attempt {}", entry.attempt));
    attempts.into_iter().chain(entry.note.clone()).collect::<Vec<_>>().join("; ")
}

/// How long the command ran, by its node's clock; none when it did not end or that clock was set back meanwhile.
fn took(entry: &Entry) -> Option<std::time::Duration> {
    entry.ended?.duration_since(entry.started?).try_into().ok()
}

fn with_output(entry: &Entry, colour: bool) -> String {
    let mut text = table(HEADING, [row(entry)], colour);
    let cut = entry.output.total.saturating_sub(u64::try_from(entry.output.tail.len()).unwrap_or(u64::MAX));
    if cut > 0 {
        text.push_str(&format!("  [{cut} bytes before this are not kept]\n"));
    }
    for line in String::from_utf8_lossy(&entry.output.tail).lines() {
        text.push_str(&format!("  {}\n", printable(line)));
    }
    text
}

fn as_json(entry: &Entry) -> Value {
    let mut value = json!({
        "job": entry.job,
        "tick": entry.tick,
        "run_id": entry.run_id,
        "node": entry.node,
        "fence": entry.fence,
        "attempt": entry.attempt,
        "state": entry.outcome,
        "status": entry.status,
        "started": entry.started,
        "ended": entry.ended,
        "duration_ms": took(entry).map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        "note": entry.note,
        "output_bytes": entry.output.total,
    });
    // JSON holds text alone; what is not text is kept whole all the same.
    let (key, output) = match std::str::from_utf8(&entry.output.tail) {
        Ok(text) => ("output", text.to_owned()),
        Err(_) => ("output_base64", BASE64_STANDARD.encode(&entry.output.tail)),
    };
    value[key] = Value::String(output);
    value
}
