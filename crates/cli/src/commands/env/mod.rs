//! `bellwether env`: the queues that the drop-ins ec2-cagent and ec2-cmaster of an environment talk through. A file for
//! each word that follows.

mod create;
mod delete;
pub(super) mod queues;
mod show;

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::wiring::context::Context;

/// Set up the queues of an environment for ec2-cagent and ec2-cmaster
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether env create testing\n  bellwether env show testing\n  bellwether env delete testing"
)]
pub(crate) struct EnvArgs {
    #[command(subcommand)]
    command: EnvCommand,
}

#[derive(Debug, Subcommand)]
enum EnvCommand {
    Create(create::CreateArgs),
    Show(show::ShowArgs),
    Delete(delete::DeleteArgs),
}

pub(crate) async fn run(args: EnvArgs, context: Context) -> Result<u8, Failure> {
    match args.command {
        EnvCommand::Create(args) => create::run(args, context).await,
        EnvCommand::Show(args) => show::run(args, context).await,
        EnvCommand::Delete(args) => delete::run(args, context).await,
    }
}
