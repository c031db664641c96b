//! `bellwether status`: what each job does now, and when it is due next.

use bellwether_core::claim::{Record, State};
use bellwether_core::duration;
use bellwether_core::names::JobName;
use bellwether_host::clock;
use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::args::AwsArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::{Text, Tone, table};
use crate::wiring::context::Context;
use crate::wiring::store::StoreRef;

/// Show what each job does now: where it runs, since when, and when it is due next
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether status\n  bellwether status report --store dynamodb:claims\n  bellwether status --json"
)]
pub(crate) struct StatusArgs {
    /// One job [default: all of them]
    #[arg(value_name = "JOB")]
    job: Option<JobName>,

    /// Where claims are kept, as for once [default: a file in the state directory]
    #[arg(long, value_name = "URL")]
    store: Option<StoreRef>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) async fn run(args: StatusArgs, context: Context) -> Result<u8, Failure> {
    let store = context.store(args.store.as_ref())?;
    let records = match (&store, &args.job) {
        _ if store.is_yet_to_be_made() => Vec::new(),
        (_, None) => context.open(&store, &args.aws).await?.claims.records().await?,
        (_, Some(job)) => {
            let current = context.open(&store, &args.aws).await?.claims.read(job).await?.current;
            current.map(|(record, _)| (job.clone(), record)).into_iter().collect()
        }
    };
    let now = clock::now().wall;
    let text = match args.json {
        true => format!("{:#}\n", Value::Array(records.iter().map(|(job, record)| as_json(job, record)).collect())),
        false if records.is_empty() => "no jobs yet\n".to_owned(),
        false => table(HEADING, records.iter().map(|(job, record)| row(job, record, now)), context.console.colour()),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

const HEADING: [&str; 7] = ["JOB", "STATE", "NODE", "TICK", "SINCE", "STATUS", "NEXT"];

fn row(job: &JobName, record: &Record, now: Timestamp) -> [Text; 7] {
    let (word, tone) = match (record.state, record.status) {
        (State::Claimed, _) => ("starting", Tone::Doubtful),
        (State::Started, _) => ("running", Tone::Good),
        (State::Done, Some(0)) => ("done", Tone::Good),
        (State::Done, _) => ("done", Tone::Bad),
        (State::Lost, _) => ("lost", Tone::Bad),
    };
    let since = since(record).map_or_else(String::new, |since| ago(now, since));
    [
        job.as_str().into(),
        Text::toned(word, tone),
        record.node.as_str().into(),
        record.tick.to_string().into(),
        since.into(),
        record.status.map_or_else(String::new, |status| status.to_string()).into(),
        record.next.map_or_else(String::new, |next| next.to_string()).into(),
    ]
}

/// Since when the job is in its state, by the clock of its node.
fn since(record: &Record) -> Option<Timestamp> {
    record.ended.or(record.started)
}

fn ago(now: Timestamp, since: Timestamp) -> String {
    let age = std::time::Duration::try_from(now.duration_since(since)).unwrap_or_default();
    format!("{} ago", duration::display(age))
}

fn as_json(job: &JobName, record: &Record) -> Value {
    json!({
        "job": job,
        "state": record.state,
        "node": record.node,
        "tick": record.tick,
        "run_id": record.run_id,
        "attempt": record.attempt,
        "fence": record.fence,
        "started": record.started,
        "ended": record.ended,
        "status": record.status,
        "next": record.next,
        "lease_ms": u64::try_from(record.lease.as_millis()).unwrap_or(u64::MAX),
    })
}
