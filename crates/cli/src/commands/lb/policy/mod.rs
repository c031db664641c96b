//! `bellwether lb policy`: how listeners, and the instances behind them, behave.

mod apply;
mod create;
mod delete;
mod list;
mod types;

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::wiring::context::Context;

/// Look at, create, delete and apply policies, such as sticky sessions
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb policy create web sticky --lb-cookie --expires 10m\n  bellwether lb policy apply web --port 80 sticky\n  bellwether lb policy list web"
)]
pub(crate) struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    List(list::ListArgs),
    Types(types::TypesArgs),
    Create(create::CreateArgs),
    Delete(delete::DeleteArgs),
    Apply(apply::ApplyArgs),
}

pub(super) async fn run(args: PolicyArgs, context: Context) -> Result<u8, Failure> {
    match args.command {
        PolicyCommand::List(args) => list::run(args, context).await,
        PolicyCommand::Types(args) => types::run(args, context).await,
        PolicyCommand::Create(args) => create::run(args, context).await,
        PolicyCommand::Delete(args) => delete::run(args, context).await,
        PolicyCommand::Apply(args) => apply::run(args, context).await,
    }
}
