//! `bellwether lb security-group`: who may reach a load balancer.

use bellwether_core::balancer::{BalancerName, SecurityGroupId};
use clap::{Args, Subcommand};
use serde_json::json;

use super::change::Change;
use super::naming::exact_name;
use crate::args::ChangeArgs;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::wiring::context::Context;

/// Set the security groups of a load balancer
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether lb security-group set web sg-0123456789abcdef0")]
pub(crate) struct SecurityGroupArgs {
    #[command(subcommand)]
    command: SecurityGroupCommand,
}

#[derive(Debug, Subcommand)]
enum SecurityGroupCommand {
    Set(SetArgs),
}

/// Replace all security groups by these
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether lb security-group set web sg-0123456789abcdef0 sg-0123456789abcdef1")]
struct SetArgs {
    /// The load balancer, which must be in a VPC
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// The security groups
    #[arg(value_name = "GROUP-ID", required = true)]
    groups: Vec<SecurityGroupId>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: SecurityGroupArgs, context: Context) -> Result<u8, Failure> {
    let SecurityGroupCommand::Set(SetArgs { name, groups, change }) = args.command;
    let change = Change::new(context, &change);
    if change.is_dry {
        let parameters = json!({"LoadBalancerName": name, "SecurityGroups": groups});
        return change.show(&[Call::elb("ApplySecurityGroupsToLoadBalancer", parameters)]).await;
    }
    let set = change.balancers.set_security_groups(&name, &groups).await?;
    change.done(&format!("{name}: has {}", set.join(", ")))
}
