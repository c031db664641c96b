//! `bellwether store`: set a store up.

use clap::{Args, Subcommand};

use crate::args::AwsArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;
use crate::wiring::store::StoreRef;

/// Set up a store for claims
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether store create dynamodb:claims")]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    command: StoreCommand,
}

#[derive(Debug, Subcommand)]
enum StoreCommand {
    Create(CreateArgs),
}

/// Create what a store needs, where it is not there yet
///
/// A DynamoDB table must be created; the other kinds make what they need at their first use, and this does it now.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether store create dynamodb:claims\n  bellwether store create postgres://jobs@db.example.com/jobs"
)]
struct CreateArgs {
    /// The store: sqlite:PATH, dynamodb:TABLE, postgres://... or nats://HOST:PORT/BUCKET
    #[arg(value_name = "URL")]
    store: StoreRef,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(crate) async fn run(args: StoreArgs, context: Context) -> Result<u8, Failure> {
    let StoreCommand::Create(args) = args.command;
    if let StoreRef::DynamoDb(table) = &args.store {
        context.aws(&args.aws).create_claim_table(table).await?;
    }
    let open = context.open(&args.store, &args.aws).await?;
    open.claims.records().await?;
    for doubt in &open.doubts {
        context.console.warning(doubt);
    }
    context.console.result(&format!("{} is ready\n", open.name))?;
    Ok(exit_status::OK)
}
