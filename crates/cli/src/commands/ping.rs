//! `bellwether ping`: which nodes answer, and how fast.

use std::collections::BTreeMap;
use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::fleet::caller::call::{Call, Ending, Progress, Terms};
use bellwether_core::fleet::caller::expected::Expected;
use bellwether_core::fleet::reply::{Event, Reply};
use bellwether_core::fleet::request::{Action, DEFAULT_TTL};
use bellwether_core::names::NodeId;
use bellwether_core::time::Mono;
use bellwether_host::clock;
use clap::Args;
use serde_json::json;
use tokio::signal::unix::Signal;

use crate::args::{AwsArgs, FleetArgs};
use crate::commands::exec::summary::status;
use crate::failure::Failure;
use crate::fleet::audience::{self, AudienceArgs};
use crate::fleet::caller::Caller;
use crate::fleet::caller::drive::Question;
use crate::fleet::caller::interrupt::interrupts;
use crate::fleet::caller::show::Show;
use crate::fleet::caller::warnings::Warnings;
use crate::render::console::Console;
use crate::render::table::{Text, Tone, table};
use crate::wiring::context::Context;

/// Ask the fleet's nodes who is there, and how long each takes to answer
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether ping\n  bellwether ping 'role=web and zone=eu-west-1a'\n  bellwether ping --nodes i-0123456789abcdef0 --json\n\nStatus: 0 when all that are expected answered, 2 when some did not, 69 when the transport is unavailable."
)]
pub(crate) struct PingArgs {
    #[command(flatten)]
    audience: AudienceArgs,

    /// How long to wait for those that do not answer
    #[arg(long, value_name = "DUR", default_value = "5s", value_parser = duration::parse)]
    wait: Duration,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    fleet: FleetArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) async fn run(args: PingArgs, context: Context) -> Result<u8, Failure> {
    let mut interrupt = interrupts()?;
    let mut caller = context.caller(&args.fleet, &args.aws).await?;
    let result = ping(&args, &mut caller, context.console, &mut interrupt).await;
    let closed = caller.close_unless(&mut interrupt).await;
    let (call, times) = result?;
    closed?;
    let text = if args.json { as_json(&call, &times) } else { as_table(&call, &times, context.console.colour()) };
    context.console.result(&text)?;
    Ok(status(&call))
}

type Times = BTreeMap<NodeId, Duration>;

async fn ping(
    args: &PingArgs,
    caller: &mut Caller,
    console: Console,
    interrupt: &mut Signal,
) -> Result<(Call, Times), Failure> {
    let target = args.audience.target();
    let expected = match audience::expected(caller, &target, console).await {
        Ok(expected) => expected,
        Err(failure) => {
            console.warning(&format!("who is missing cannot be told: {}", failure.in_one_line()));
            Expected::default()
        }
    };
    if !expected.silent.is_empty() {
        let names = audience::names(&expected.silent);
        console.warning(&format!("not heard of for some time, and asked all the same: {names}"));
    }
    let terms =
        Terms { batch: None, pause: Duration::ZERO, max_failures: None, first_answer: args.wait, patience: args.wait };
    let mut call = Call::new(terms, expected.asked());
    let question = Question { action: Action::Ping, ttl: DEFAULT_TTL, durable: false, everyone: Some(target) };
    let mut answers = Answers { asked: clock::mono(), times: Times::new(), warnings: Warnings::new(console) };
    let mut drive = caller.begin(Caller::new_id()?, &mut call, &question, &mut answers).await?;
    drive.run(interrupt).await?;
    answers.warnings.finish();
    Ok((call, answers.times))
}

/// When each node answered.
struct Answers {
    asked: Mono,
    times: Times,
    warnings: Warnings,
}

impl Show for Answers {
    fn reply(&mut self, reply: &Reply) {
        if matches!(reply.event, Event::Pong) {
            self.times.insert(reply.node.clone(), clock::mono().since(self.asked));
        }
    }

    fn asked(&mut self, _nodes: &[NodeId]) {
        self.asked = clock::mono();
    }

    fn warnings(&mut self) -> &mut Warnings {
        &mut self.warnings
    }
}

/// How a node fared: a word, and more words where there are any.
fn fared(progress: &Progress) -> (&'static str, String) {
    match progress {
        Progress::Ended(Ending::Answered) => ("answered", String::new()),
        Progress::Ended(Ending::Refused(refusal)) => ("refused", refusal.detail.clone()),
        _ => ("silent", String::new()),
    }
}

fn as_json(call: &Call, times: &Times) -> String {
    let nodes: Vec<_> = call
        .nodes()
        .map(|(node, progress)| {
            let (state, detail) = fared(progress);
            let millis = times.get(node).map(|time| time.as_secs_f64() * 1_000.0);
            json!({"node": node, "state": state, "detail": detail, "milliseconds": millis})
        })
        .collect();
    let document = json!({"answered": times.len(), "expected": nodes.len(), "nodes": nodes});
    format!("{document:#}\n")
}

fn as_table(call: &Call, times: &Times, colour: bool) -> String {
    if call.nodes().next().is_none() {
        return "no node answered, and none is known that should\n".to_owned();
    }
    let rows = call.nodes().map(|(node, progress)| {
        let (state, detail) = fared(progress);
        let tone = if state == "answered" { Tone::Good } else { Tone::Bad };
        let time = times.get(node).map(|time| milliseconds(*time)).unwrap_or_default();
        [Text::from(node.as_str()), Text::toned(state, tone), Text::from(time), Text::from(detail)]
    });
    let mut text = table(["NODE", "STATE", "TIME", "DETAIL"], rows, colour);
    text.push_str(&summary(call, times));
    text
}

/// The last line: how many answered, and the shortest, median and longest time.
fn summary(call: &Call, times: &Times) -> String {
    let mut sorted: Vec<Duration> = times.values().copied().collect();
    sorted.sort_unstable();
    let counts = format!("{} of {} answered", sorted.len(), call.nodes().count());
    match (sorted.first(), sorted.get(sorted.len() / 2), sorted.last()) {
        (Some(shortest), Some(median), Some(longest)) => format!(
            "{counts}: shortest {}, median {}, longest {}\n",
            milliseconds(*shortest),
            milliseconds(*median),
            milliseconds(*longest)
        ),
        _ => format!("{counts}\n"),
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}
