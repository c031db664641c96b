//! `bellwether lb zone`: the zones that a load balancer is in.

use bellwether_core::balancer::{BalancerName, ZoneName};
use clap::{Args, Subcommand};
use serde_json::json;

use super::change::Change;
use super::naming::exact_name;
use crate::args::ChangeArgs;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::wiring::context::Context;

/// Enable and disable the zones of a load balancer
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb zone enable web eu-west-1c\n  bellwether lb zone disable web eu-west-1a"
)]
pub(crate) struct ZoneArgs {
    #[command(subcommand)]
    command: ZoneCommand,
}

#[derive(Debug, Subcommand)]
enum ZoneCommand {
    Enable(EnableArgs),
    Disable(DisableArgs),
}

/// Enable zones, and print all that are enabled then
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether lb zone enable web eu-west-1b eu-west-1c")]
struct EnableArgs {
    #[command(flatten)]
    zones: ZonesArgs,
}

/// Disable zones, and print those that are left
///
/// Instances in them get no more traffic, and stay registered.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether lb zone disable web eu-west-1a")]
struct DisableArgs {
    #[command(flatten)]
    zones: ZonesArgs,
}

#[derive(Debug, Args)]
struct ZonesArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// The zones
    #[arg(value_name = "ZONE", required = true)]
    zones: Vec<ZoneName>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: ZoneArgs, context: Context) -> Result<u8, Failure> {
    let (enable, ZonesArgs { name, zones, change }) = match args.command {
        ZoneCommand::Enable(args) => (true, args.zones),
        ZoneCommand::Disable(args) => (false, args.zones),
    };
    let change = Change::new(context, &change);
    if change.is_dry {
        return change.show(&[call(enable, &name, &zones)]).await;
    }
    let left = match enable {
        true => change.balancers.enable_zones(&name, &zones).await?,
        false => change.balancers.disable_zones(&name, &zones).await?,
    };
    change.done(&format!("{name}: in {}", left.join(", ")))
}

fn call(enable: bool, name: &BalancerName, zones: &[ZoneName]) -> Call {
    let action = match enable {
        true => "EnableAvailabilityZonesForLoadBalancer",
        false => "DisableAvailabilityZonesForLoadBalancer",
    };
    Call::elb(action, json!({"LoadBalancerName": name, "AvailabilityZones": zones}))
}
