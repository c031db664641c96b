//! `bellwether lb instance`: the instances behind a load balancer.

use bellwether_aws::instances_per_call;
use bellwether_core::balancer::{BalancerName, InstanceId};
use bellwether_core::drain::{Goal, Place};
use bellwether_core::names::NodeId;
use clap::{Args, Subcommand};
use serde_json::json;

use super::change::Change;
use super::naming::exact_name;
use crate::args::ChangeArgs;
use crate::drain::wait::{WaitArgs, reach};
use crate::failure::Failure;
use crate::render::call::Call;
use crate::wiring::context::Context;

/// Register instances with a load balancer, and take them out
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb instance register web i-0123456789abcdef0\n  bellwether lb instance deregister web i-0123456789abcdef0"
)]
pub(crate) struct InstanceArgs {
    #[command(subcommand)]
    command: InstanceCommand,
}

#[derive(Debug, Subcommand)]
enum InstanceCommand {
    Register(RegisterArgs),
    Deregister(DeregisterArgs),
}

/// Register instances; those that are registered already stay
///
/// AWS answers before they get traffic. With --wait it is waited until they are in service.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bellwether lb instance register web i-0123456789abcdef0 i-0123456789abcdef1 --wait"
)]
struct RegisterArgs {
    #[command(flatten)]
    instances: InstancesArgs,
}

/// Take instances out
///
/// AWS answers before their connections have ended. With --wait it is waited until they have; one that is not registered
/// is then no error.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bellwether lb instance deregister web i-0123456789abcdef0 i-0123456789abcdef1 --wait"
)]
struct DeregisterArgs {
    #[command(flatten)]
    instances: InstancesArgs,
}

#[derive(Debug, Args)]
struct InstancesArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// The ids of the instances
    #[arg(value_name = "INSTANCE-ID", required = true)]
    ids: Vec<InstanceId>,

    #[command(flatten)]
    wait: WaitArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: InstanceArgs, context: Context) -> Result<u8, Failure> {
    match args.command {
        InstanceCommand::Register(args) => register(args, context).await,
        InstanceCommand::Deregister(args) => deregister(args, context).await,
    }
}

async fn register(args: RegisterArgs, context: Context) -> Result<u8, Failure> {
    if args.instances.wait.wait {
        return wait(&args.instances, &context, Goal::In).await;
    }
    let InstancesArgs { name, ids, change, .. } = args.instances;
    let change = Change::new(context, &change);
    if change.is_dry {
        return change.show(&calls("RegisterInstancesWithLoadBalancer", &name, &ids)).await;
    }
    change.balancers.register(&name, &ids).await?;
    change.done(&format!("{name}: registered {}", how_many(&ids)))
}

async fn deregister(args: DeregisterArgs, context: Context) -> Result<u8, Failure> {
    if args.instances.wait.wait {
        return wait(&args.instances, &context, Goal::Out).await;
    }
    let InstancesArgs { name, ids, change, .. } = args.instances;
    let change = Change::new(context, &change);
    if change.is_dry {
        return change.show(&calls("DeregisterInstancesFromLoadBalancer", &name, &ids)).await;
    }
    change.balancers.deregister(&name, &ids).await?;
    change.done(&format!("{name}: deregistered {}", how_many(&ids)))
}

/// Registers or deregisters, and waits for the outcome.
async fn wait(args: &InstancesArgs, context: &Context, goal: Goal) -> Result<u8, Failure> {
    let node = |id: &InstanceId| NodeId::new(id.as_str()).map_err(|error| Failure::usage(error.to_string()));
    let place = |id| Ok(Place::Classic { balancer: args.name.to_string(), instance: node(id)? });
    let places = args.ids.iter().map(place).collect::<Result<Vec<_>, Failure>>()?;
    let drains = context.aws_for_changes(&args.change.aws).drains(None);
    reach(context, &drains, goal, &places, &args.wait).await
}

/// Each counts once.
fn how_many(ids: &[InstanceId]) -> String {
    match instances_per_call(ids).iter().map(Vec::len).sum() {
        1_usize => "1 instance".to_owned(),
        many => format!("{many} instances"),
    }
}

fn calls(action: &'static str, name: &BalancerName, ids: &[InstanceId]) -> Vec<Call> {
    let instance = |id: &&InstanceId| json!({"InstanceId": id});
    let call = |part: &Vec<&InstanceId>| {
        let instances: Vec<_> = part.iter().map(instance).collect();
        Call::elb(action, json!({"LoadBalancerName": name, "Instances": instances}))
    };
    instances_per_call(ids).iter().map(call).collect()
}
