//! `bellwether lb policy apply`: policies come into force.

use bellwether_core::balancer::{BalancerName, PolicyName};
use clap::{Args, value_parser};
use serde_json::json;

use super::super::change::Change;
use super::super::naming::exact_name;
use crate::args::ChangeArgs;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::wiring::context::Context;

/// Replace the policies of a listener, or of a port of the instances
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb policy apply web --port 80 sticky\n  bellwether lb policy apply web --instance-port 8080 proxy\n  bellwether lb policy apply web --port 80 --none"
)]
pub(super) struct ApplyArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    #[command(flatten)]
    place: PlaceArgs,

    /// The policies that it shall have, instead of those it has
    #[arg(value_name = "POLICY", required_unless_present = "none")]
    policies: Vec<PolicyName>,

    /// Take all policies away
    #[arg(long, conflicts_with = "policies")]
    none: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

#[derive(Debug, Clone, Copy, Args)]
#[group(required = true, multiple = false)]
struct PlaceArgs {
    /// The listener on this port
    #[arg(long, value_name = "PORT", value_parser = value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// This port of the instances
    #[arg(long, value_name = "PORT", value_parser = value_parser!(u16).range(1..))]
    instance_port: Option<u16>,
}

/// What policies are applied to.
#[derive(Debug, Clone, Copy)]
enum Place {
    Listener(u16),
    Instances(u16),
}

impl From<PlaceArgs> for Place {
    fn from(args: PlaceArgs) -> Self {
        // The command line has exactly one of them.
        match args.instance_port {
            Some(port) => Self::Instances(port),
            None => Self::Listener(args.port.unwrap_or_default()),
        }
    }
}

pub(super) async fn run(args: ApplyArgs, context: Context) -> Result<u8, Failure> {
    let ApplyArgs { name, place, policies, change, .. } = args;
    let (place, change) = (Place::from(place), Change::new(context, &change));
    if change.is_dry {
        return change.show(&[call(&name, place, &policies)]).await;
    }
    let where_to = match place {
        Place::Listener(port) => {
            change.balancers.set_listener_policies(&name, port, &policies).await?;
            format!("port {port}")
        }
        Place::Instances(port) => {
            change.balancers.set_backend_policies(&name, port, &policies).await?;
            format!("port {port} of the instances")
        }
    };
    let policies: Vec<_> = policies.iter().map(PolicyName::as_str).collect();
    let applied = if policies.is_empty() { "no policy".to_owned() } else { policies.join(", ") };
    change.done(&format!("{name}: {where_to} has {applied}"))
}

fn call(name: &BalancerName, place: Place, policies: &[PolicyName]) -> Call {
    match place {
        Place::Listener(port) => Call::elb(
            "SetLoadBalancerPoliciesOfListener",
            json!({"LoadBalancerName": name, "LoadBalancerPort": port, "PolicyNames": policies}),
        ),
        Place::Instances(port) => Call::elb(
            "SetLoadBalancerPoliciesForBackendServer",
            json!({"LoadBalancerName": name, "InstancePort": port, "PolicyNames": policies}),
        ),
    }
}
