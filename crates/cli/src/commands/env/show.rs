//! `bellwether env show`: whether the queues are there and right, and what is in them.

use bellwether_aws::{Difference, Queue, QueueState, Queues};
use clap::Args;
use serde_json::{Value, json};

use super::queues::{QueuePrefix, Wanted, wanted};
use crate::args::ReadArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::table::{Text, Tone, table};
use crate::wiring::context::Context;

/// Show whether the queues of an environment are there and right, and how many messages wait
///
/// The counts are approximate, as SQS tells them. The status is 1 when a queue is missing or set otherwise.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bellwether env show testing\n  bellwether env show testing --json")]
pub(crate) struct ShowArgs {
    /// The environment's name, with which the names of its queues begin
    #[arg(value_name = "NAME")]
    name: QueuePrefix,

    #[command(flatten)]
    read: ReadArgs,
}

/// A queue as it is.
struct Seen {
    name: String,
    there: Option<(Queue, QueueState)>,
    differences: Vec<Difference>,
}

impl Seen {
    fn is_right(&self) -> bool {
        self.there.is_some() && self.differences.is_empty()
    }
}

pub(super) async fn run(args: ShowArgs, context: Context) -> Result<u8, Failure> {
    let queues = Queues::new(&context.aws(&args.read.aws));
    let [one, two, three] = wanted(&args.name);
    let (one, two, three) = tokio::try_join!(look(&queues, one), look(&queues, two), look(&queues, three))?;
    let seen = [one, two, three];
    let text = match args.read.json {
        true => format!("{:#}\n", Value::Array(seen.iter().map(as_json).collect())),
        false => table(["QUEUE", "STATE", "WAITING"], seen.iter().map(row), context.console.colour()),
    };
    context.console.result(&text)?;
    if seen.iter().all(Seen::is_right) {
        return Ok(exit_status::OK);
    }
    context.console.notice(&format!("'bellwether env create {}' sets this right", args.name.as_str()));
    Ok(exit_status::NO)
}

async fn look(queues: &Queues, wanted: Wanted) -> Result<Seen, Failure> {
    let there = match queues.find(&wanted.name).await? {
        Some(queue) => queues.state(&queue).await?.map(|state| (queue, state)),
        None => None,
    };
    let differences = there.as_ref().map(|(_, state)| state.differences(&wanted.attributes)).unwrap_or_default();
    Ok(Seen { name: wanted.name, there, differences })
}

fn row(seen: &Seen) -> [Text; 3] {
    let Some((_, state)) = &seen.there else {
        return [seen.name.as_str().into(), Text::toned("missing", Tone::Bad), "".into()];
    };
    let differing: Vec<_> = seen.differences.iter().map(in_words).collect();
    let right = match differing.is_empty() {
        true => Text::toned("right", Tone::Good),
        false => Text::toned(differing.join("; "), Tone::Bad),
    };
    [seen.name.as_str().into(), right, state.waiting.to_string().into()]
}

fn in_words(difference: &Difference) -> String {
    let found = difference.found.as_deref().unwrap_or("not set");
    format!("{} is {found}, should be {}", difference.of, difference.wanted)
}

fn as_json(seen: &Seen) -> Value {
    let difference = |one: &Difference| json!({"what": one.of.to_string(), "found": one.found, "wanted": one.wanted});
    json!({
        "name": seen.name,
        "url": seen.there.as_ref().map(|(queue, _)| queue.url()),
        "exists": seen.there.is_some(),
        "right": seen.is_right(),
        "differences": seen.differences.iter().map(difference).collect::<Vec<_>>(),
        "waiting": seen.there.as_ref().map(|(_, state)| state.waiting),
        "in_flight": seen.there.as_ref().map(|(_, state)| state.in_flight),
    })
}
