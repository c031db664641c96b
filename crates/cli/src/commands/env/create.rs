//! `bellwether env create`: the queues are made, or brought into line.

use bellwether_aws::{CreatedQueue, Creation, Difference, DifferenceOf, Queues};
use clap::Args;
use serde_json::{Map, Value, json};

use super::queues::{QueuePrefix, Wanted, wanted};
use crate::args::ChangeArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::call::{Call, as_json};
use crate::wiring::context::Context;

/// Make the queues of an environment, where they are not there yet
///
/// A queue that is there and set otherwise is set right. It may be run again at any time.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether env create testing\n  bellwether env create testing --region eu-west-1 --dry-run"
)]
pub(crate) struct CreateArgs {
    /// The environment's name, with which the names of its queues begin
    #[arg(value_name = "NAME")]
    name: QueuePrefix,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: CreateArgs, context: Context) -> Result<u8, Failure> {
    let queues = Queues::new(&context.aws_for_changes(&args.change.aws));
    let wanted = wanted(&args.name);
    let text = match args.change.dry_run {
        true => as_json(&calls(&queues, &wanted).await?, &queues.region().await?),
        false => told(&create(&queues, &wanted).await?, args.json),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

async fn create(queues: &Queues, wanted: &[Wanted; 3]) -> Result<[CreatedQueue; 3], Failure> {
    let [one, two, three] = wanted.each_ref().map(|queue| queues.create(&queue.name, &queue.attributes));
    let (one, two, three) = tokio::try_join!(one, two, three)?;
    Ok([one, two, three])
}

fn told(created: &[CreatedQueue], as_json: bool) -> String {
    let what = |created: &CreatedQueue| match created.creation {
        Creation::Made => "made",
        Creation::Changed => "set right",
        Creation::AlreadyRight => "already right",
    };
    if as_json {
        let one = |one: &CreatedQueue| json!({"name": one.queue.name(), "url": one.queue.url(), "result": what(one)});
        return format!("{:#}\n", Value::Array(created.iter().map(one).collect()));
    }
    created.iter().map(|one| format!("{}: {}\n", one.queue.name(), what(one))).collect()
}

/// What would be asked of SQS.
async fn calls(queues: &Queues, wanted: &[Wanted; 3]) -> Result<Vec<Call>, Failure> {
    let mut calls = Vec::new();
    for Wanted { name, attributes } in wanted {
        let state = match queues.find(name).await? {
            Some(queue) => queues.state(&queue).await?.map(|state| (queue, state)),
            None => None,
        };
        match state {
            None => {
                calls.push(Call::sqs("CreateQueue", json!({"QueueName": name, "Attributes": attributes.as_sent()})))
            }
            Some((queue, state)) => {
                let differences = state.differences(attributes);
                if !differences.is_empty() {
                    let set = json!({"QueueUrl": queue.url(), "Attributes": values(&differences)});
                    calls.push(Call::sqs("SetQueueAttributes", set));
                }
            }
        }
    }
    Ok(calls)
}

/// What is to be set. These queues are not tagged.
fn values(differences: &[Difference]) -> Map<String, Value> {
    let value = |difference: &Difference| match &difference.of {
        DifferenceOf::Attribute(name) => Some((name.clone(), Value::from(difference.wanted.as_str()))),
        DifferenceOf::Tag(_) => None,
    };
    differences.iter().filter_map(value).collect()
}
