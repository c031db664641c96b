//! `bellwether lb`: classic load balancers. A file, or a folder, for each word that follows.

mod attribute;
mod certificate;
mod change;
mod create;
mod delete;
mod drain;
mod health_check;
mod instance;
mod limits;
mod list;
mod listener;
mod naming;
mod policy;
mod regions;
mod security_group;
mod show;
mod subnet;
mod tag;
mod undrain;
mod zone;

use clap::{Args, Subcommand};

use crate::failure::Failure;
use crate::wiring::context::Context;

/// How many load balancers are asked about at the same time: quick, and below what AWS throttles.
const AT_ONCE: usize = 8;

/// See and change classic load balancers
#[derive(Debug, Args)]
#[command(
    after_help = "Where a load balancer is only looked at, its name may be a pattern: * stands for any characters, ? for one.\n\nExamples:\n  bellwether lb list 'web-*'\n  bellwether lb show web\n  bellwether lb create web --listener 80:8080/http --zone eu-west-1a,eu-west-1b\n  bellwether lb instance register web i-0123456789abcdef0"
)]
pub(crate) struct LbArgs {
    #[command(subcommand)]
    command: LbCommand,
}

#[derive(Debug, Subcommand)]
enum LbCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Create(create::CreateArgs),
    Delete(delete::DeleteArgs),
    Listener(listener::ListenerArgs),
    HealthCheck(health_check::HealthCheckArgs),
    Zone(zone::ZoneArgs),
    Subnet(subnet::SubnetArgs),
    SecurityGroup(security_group::SecurityGroupArgs),
    Instance(instance::InstanceArgs),
    Attribute(attribute::AttributeArgs),
    Certificate(certificate::CertificateArgs),
    Policy(policy::PolicyArgs),
    Tag(tag::TagArgs),
    Limits(limits::LimitsArgs),
    Regions(regions::RegionsArgs),
    Drain(drain::DrainArgs),
    Undrain(undrain::UndrainArgs),
}

pub(crate) async fn run(args: LbArgs, context: Context) -> Result<u8, Failure> {
    match args.command {
        LbCommand::List(args) => list::run(args, context).await,
        LbCommand::Show(args) => show::run(args, context).await,
        LbCommand::Create(args) => create::run(args, context).await,
        LbCommand::Delete(args) => delete::run(args, context).await,
        LbCommand::Listener(args) => listener::run(args, context).await,
        LbCommand::HealthCheck(args) => health_check::run(args, context).await,
        LbCommand::Zone(args) => zone::run(args, context).await,
        LbCommand::Subnet(args) => subnet::run(args, context).await,
        LbCommand::SecurityGroup(args) => security_group::run(args, context).await,
        LbCommand::Instance(args) => instance::run(args, context).await,
        LbCommand::Attribute(args) => attribute::run(args, context).await,
        LbCommand::Certificate(args) => certificate::run(args, context).await,
        LbCommand::Policy(args) => policy::run(args, context).await,
        LbCommand::Tag(args) => tag::run(args, context).await,
        LbCommand::Limits(args) => limits::run(args, context).await,
        LbCommand::Regions(args) => regions::run(args, context).await,
        LbCommand::Drain(args) => drain::run(args, context).await,
        LbCommand::Undrain(args) => undrain::run(args, context).await,
    }
}
