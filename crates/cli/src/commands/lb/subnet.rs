//! `bellwether lb subnet`: the subnets that a load balancer is in.

use bellwether_core::balancer::{BalancerName, SubnetId};
use clap::{Args, Subcommand};
use serde_json::json;

use super::change::Change;
use super::naming::exact_name;
use crate::args::ChangeArgs;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::wiring::context::Context;

/// Attach a load balancer to subnets, and detach it from them
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb subnet attach web subnet-0123456789abcdef0\n  bellwether lb subnet detach web subnet-0123456789abcdef0"
)]
pub(crate) struct SubnetArgs {
    #[command(subcommand)]
    command: SubnetCommand,
}

#[derive(Debug, Subcommand)]
enum SubnetCommand {
    Attach(AttachArgs),
    Detach(DetachArgs),
}

/// Attach to subnets, one of each zone, and print all it is in then
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether lb subnet attach web subnet-0123456789abcdef0")]
struct AttachArgs {
    #[command(flatten)]
    subnets: SubnetsArgs,
}

/// Detach from subnets, and print those that are left
///
/// Instances in them get no more traffic, and stay registered.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether lb subnet detach web subnet-0123456789abcdef0")]
struct DetachArgs {
    #[command(flatten)]
    subnets: SubnetsArgs,
}

#[derive(Debug, Args)]
struct SubnetsArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// The subnets
    #[arg(value_name = "SUBNET-ID", required = true)]
    subnets: Vec<SubnetId>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: SubnetArgs, context: Context) -> Result<u8, Failure> {
    let (attach, SubnetsArgs { name, subnets, change }) = match args.command {
        SubnetCommand::Attach(args) => (true, args.subnets),
        SubnetCommand::Detach(args) => (false, args.subnets),
    };
    let change = Change::new(context, &change);
    if change.is_dry {
        let action = if attach { "AttachLoadBalancerToSubnets" } else { "DetachLoadBalancerFromSubnets" };
        let parameters = json!({"LoadBalancerName": name, "Subnets": subnets});
        return change.show(&[Call::elb(action, parameters)]).await;
    }
    let left = match attach {
        true => change.balancers.attach_subnets(&name, &subnets).await?,
        false => change.balancers.detach_subnets(&name, &subnets).await?,
    };
    change.done(&format!("{name}: in {}", left.join(", ")))
}
