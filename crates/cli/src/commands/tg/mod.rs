//! `bellwether tg`: target groups. A file for each word that follows.

mod attributes;
mod health;
mod list;
mod naming;
mod show;
mod targets;

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::wiring::context::Context;

/// See and change target groups of application, network and gateway load balancers
#[derive(Debug, Args)]
#[command(
    after_help = "A target is ID[:PORT][@ZONE]: an instance id, an IP address or an ARN, and a port where it is not that of the group.\n\nExamples:\n  bellwether tg list 'web-*'\n  bellwether tg health web\n  bellwether tg register web i-0123456789abcdef0:8080 --wait\n  bellwether tg attributes set web deregistration_delay.timeout_seconds=60"
)]
pub(crate) struct TgArgs {
    #[command(subcommand)]
    command: TgCommand,
}

#[derive(Debug, Subcommand)]
enum TgCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Health(health::HealthArgs),
    Register(targets::RegisterArgs),
    Deregister(targets::DeregisterArgs),
    Attributes(attributes::AttributesArgs),
}

pub(crate) async fn run(args: TgArgs, context: Context) -> Result<u8, Failure> {
    match args.command {
        TgCommand::List(args) => list::run(args, context).await,
        TgCommand::Show(args) => show::run(args, context).await,
        TgCommand::Health(args) => health::run(args, context).await,
        TgCommand::Register(args) => targets::register(args, context).await,
        TgCommand::Deregister(args) => targets::deregister(args, context).await,
        TgCommand::Attributes(args) => attributes::run(args, context).await,
    }
}
