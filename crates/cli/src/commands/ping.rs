//! `bellwether ping`: which nodes answer, and how fast.

use std::collections::BTreeMap;
use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::fleet::caller::call::{Call, Ending, Progress, Terms};
use bellwether_core::fleet::reply::{Event, Reply};
use bellwether_core::fleet::request::{Action, DEFAULT_TTL};
use bellwether_core::names::NodeId;
use bellwether_core::time::Mono;
use bellwether_host::clock;
use clap::Args;
use serde_json::json;

use crate::args::{AwsArgs, FleetArgs};
use crate::commands::exec::summary::status;
use crate::exit_status;
use crate::failure::Failure;
use crate::fleet::audience::{Audience, AudienceArgs, all_names};
use crate::fleet::caller::Caller;
use crate::fleet::caller::drive::{Ended, Question};
use crate::fleet::caller::interrupt::{Interrupts, interrupts};
use crate::fleet::caller::show::Show;
use crate::fleet::caller::warnings::Warnings;
use crate::render::console::Console;
use crate::render::table::{Text, Tone, table};
use crate::wiring::context::Context;

/// Ask the fleet's nodes, all or some, who is there, and how long each takes to answer
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether ping\n  bellwether ping 'role=web and zone=eu-west-1a'\n  bellwether ping --nodes i-0123456789abcdef0 --json\n\nStatus: 0 when all that are expected answered, 2 when some did not, 69 when the transport is unavailable."
)]
pub(crate) struct PingArgs {
    /// How long to wait for those that do not answer
    #[arg(long, value_name = "DUR", default_value = "5s", value_parser = duration::parse_positive)]
    wait: Duration,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    audience: AudienceArgs,

    #[command(flatten)]
    fleet: FleetArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) async fn run(args: PingArgs, context: Context) -> Result<u8, Failure> {
    let mut interrupt = interrupts()?;
    let mut caller = context.caller(&args.fleet, &args.aws).await?;
    let result = ping(&args, &mut caller, context.console, &mut interrupt).await;
    caller.close_unless(&mut interrupt).await;
    let (call, times, ended) = result?;
    let text = if args.json { as_json(&call, &times) } else { as_table(&call, &times, context.console.colour()) };
    context.console.result(&text)?;
    Ok(if ended? == Ended::Interrupted { exit_status::UNANSWERED } else { status(&call) })
}

type Times = BTreeMap<NodeId, Duration>;

async fn ping(
    args: &PingArgs,
    caller: &mut Caller,
    console: Console,
    interrupt: &mut Interrupts,
) -> Result<(Call, Times, Result<Ended, Failure>), Failure> {
    let target = args.audience.target();
    let audience = Audience::look_up(caller, &target).await?;
    audience.tell(&target, &caller.environment, console);
    audience.tell_wait(args.wait, console);
    let expected = &audience.expected;
    if !expected.silent.is_empty() {
        let names = all_names(&expected.silent);
        console.warning(&format!("not heard of for some time, and asked all the same: {names}"));
    }
    let wait = audience.patience(args.wait);
    let terms = Terms { batch: None, pause: Duration::ZERO, max_failures: None, first_answer: wait, patience: wait };
    let mut call = Call::new(terms, expected.asked());
    let question = Question { action: Action::Ping, ttl: DEFAULT_TTL, durable: false, everyone: Some(target) };
    let mut answers = Answers { asked: clock::mono(), times: Times::new(), warnings: Warnings::new(console) };
    let mut drive = caller.begin(Caller::new_id()?, &mut call, &question, &mut answers).await?;
    let ended = drive.run(interrupt).await;
    answers.warnings.finish();
    if !answers.warnings.has_doubted() {
        caller.tell_unheard(&audience.expected.present, &call, console);
    }
    Ok((call, answers.times, ended))
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
fn fared(call: &Call, node: &NodeId, progress: &Progress) -> (&'static str, String) {
    match progress {
        Progress::Ended(Ending::Answered) if is_stranger(call, node) => ("answered", "was not expected".to_owned()),
        Progress::Ended(Ending::Answered) => ("answered", String::new()),
        Progress::Ended(Ending::Refused(refusal)) => ("refused", refusal.detail.clone()),
        _ => ("silent", String::new()),
    }
}

/// Whether a node was not expected where others were.
fn is_stranger(call: &Call, node: &NodeId) -> bool {
    call.expected() > 0 && call.is_unexpected(node)
}

/// How many answered that nobody expected.
fn strangers(call: &Call, times: &Times) -> usize {
    times.keys().filter(|node| call.is_unexpected(node)).count()
}

fn as_json(call: &Call, times: &Times) -> String {
    let nodes: Vec<_> = call
        .nodes()
        .map(|(node, progress)| {
            let (state, detail) = fared(call, node, progress);
            let millis = times.get(node).map(|time| time.as_secs_f64() * 1_000.0);
            let expected = !call.is_unexpected(node);
            json!({"node": node, "state": state, "detail": detail, "milliseconds": millis, "expected": expected})
        })
        .collect();
    let unexpected = strangers(call, times);
    let document = json!({
        "answered": times.len() - unexpected, "expected": call.expected(), "unexpected": unexpected, "nodes": nodes,
    });
    format!("{document:#}\n")
}

fn as_table(call: &Call, times: &Times, colour: bool) -> String {
    if call.nodes().next().is_none() {
        return "no node answered, and none is known that should\n".to_owned();
    }
    let rows = call.nodes().map(|(node, progress)| {
        let (state, detail) = fared(call, node, progress);
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
    let counts = counted(call, times);
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

/// How many answered of those that were expected, and how many more.
fn counted(call: &Call, times: &Times) -> String {
    match (call.expected(), strangers(call, times)) {
        (0, strangers) => format!("{strangers} answered"),
        (expected, 0) => format!("{} of {expected} answered", times.len()),
        (expected, strangers) => {
            format!("{} of {expected} answered, and {strangers} that nobody expected", times.len() - strangers)
        }
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str) -> NodeId {
        NodeId::new(name).unwrap()
    }

    /// A call to `expected` that these nodes have answered.
    fn answered(expected: &[&str], by: &[&str]) -> (Call, Times) {
        let wait = Duration::from_secs(1);
        let terms =
            Terms { batch: None, pause: Duration::ZERO, max_failures: None, first_answer: wait, patience: wait };
        let mut call = Call::new(terms, expected.iter().map(|name| node(name)).collect());
        let now = Mono::since_boot(wait);
        call.sent(now);
        by.iter().for_each(|name| call.heard(&node(name), &Event::Pong, now));
        (call, by.iter().map(|name| (node(name), wait)).collect())
    }

    #[test]
    fn strangers_do_not_make_up_for_those_who_are_silent() {
        let (call, times) = answered(&["a", "b"], &["a", "x", "y"]);
        assert_eq!(counted(&call, &times), "1 of 2 answered, and 2 that nobody expected");
        assert!(as_table(&call, &times, false).contains("was not expected"));
        let json: serde_json::Value = serde_json::from_str(&as_json(&call, &times)).unwrap();
        assert_eq!([&json["answered"], &json["expected"], &json["unexpected"]], [1, 2, 2]);
        let (call, times) = answered(&[], &["x"]);
        assert_eq!(counted(&call, &times), "1 answered");
    }
}
