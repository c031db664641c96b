//! `bellwether env delete`: the queues go for good.

use bellwether_aws::{Queue, Queues};
use clap::Args;
use serde_json::json;

use super::queues::{QueuePrefix, wanted};
use crate::args::ChangeArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::render::call::{Call, as_json};
use crate::render::confirm::confirm;
use crate::wiring::context::Context;

/// Delete the queues of an environment, with what is in them
///
/// Asks first on a terminal; without one it refuses, unless --yes is given. Agents and masters of the environment fail
/// until its queues are made again, for which SQS wants a minute to pass.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bellwether env delete testing\n  bellwether env delete testing --yes")]
pub(crate) struct DeleteArgs {
    /// The environment's name, with which the names of its queues begin
    #[arg(value_name = "NAME")]
    name: QueuePrefix,

    /// Do not ask
    #[arg(long, short)]
    yes: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: DeleteArgs, context: Context) -> Result<u8, Failure> {
    let queues = Queues::new(&context.aws_for_changes(&args.change.aws));
    let found = find(&queues, &args.name).await?;
    let region = queues.region().await?;
    if args.change.dry_run {
        let call = |queue: &Queue| Call::sqs("DeleteQueue", json!({"QueueUrl": queue.url()}));
        context.console.result(&as_json(&found.iter().map(call).collect::<Vec<_>>(), &region))?;
        return Ok(exit_status::OK);
    }
    if found.is_empty() {
        context.console.notice(&format!("there are no queues of {} in {region}", args.name.as_str()));
        return Ok(exit_status::OK);
    }
    if !args.yes && !confirm(&question(&found, &region))? {
        context.console.notice("nothing was deleted");
        return Ok(exit_status::NO);
    }
    for queue in &found {
        queues.delete_queue(queue).await?;
        context.console.result(&format!("{}: deleted\n", queue.name()))?;
    }
    Ok(exit_status::OK)
}

async fn find(queues: &Queues, name: &QueuePrefix) -> Result<Vec<Queue>, Failure> {
    let mut found = Vec::new();
    for wanted in wanted(name) {
        found.extend(queues.find(&wanted.name).await?);
    }
    Ok(found)
}

fn question(queues: &[Queue], region: &str) -> String {
    let names: Vec<_> = queues.iter().map(Queue::name).collect();
    format!("delete {} in {region} for good, with all messages?", names.join(", "))
}
