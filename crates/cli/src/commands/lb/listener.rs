//! `bellwether lb listener`: what a load balancer listens on.

use bellwether_core::balancer::{BalancerName, Listener, check_listeners};
use clap::{Args, Subcommand, value_parser};
use serde_json::{Value, json};

use super::change::Change;
use super::naming::exact_name;
use crate::args::ChangeArgs;
use crate::failure::Failure;
use crate::render::call::Call;
use crate::wiring::context::Context;

/// Add and remove what a load balancer listens on
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb listener add web 443:8443/tcp\n  bellwether lb listener remove web 443"
)]
pub(crate) struct ListenerArgs {
    #[command(subcommand)]
    command: ListenerCommand,
}

#[derive(Debug, Subcommand)]
enum ListenerCommand {
    Add(AddArgs),
    Remove(RemoveArgs),
}

/// Add listeners
///
/// One that is there already and is the same stays; another one on the same port is an error.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb listener add web 443:8443/tcp 25:25/tcp\n  bellwether lb listener add web 443:80/https/http,arn:aws:acm:eu-west-1:123456789012:certificate/ID"
)]
struct AddArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// The listeners, PORT:INSTANCE-PORT/PROTOCOL[/INSTANCE-PROTOCOL][,CERTIFICATE-ARN]
    #[arg(value_name = "LISTENER", required = true)]
    listeners: Vec<Listener>,

    #[command(flatten)]
    change: ChangeArgs,
}

/// Remove listeners
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether lb listener remove web 443 25")]
struct RemoveArgs {
    /// The load balancer
    #[arg(value_name = "NAME", value_parser = exact_name)]
    name: BalancerName,

    /// The ports that it shall no longer listen on
    #[arg(value_name = "PORT", required = true, value_parser = value_parser!(u16).range(1..))]
    ports: Vec<u16>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) async fn run(args: ListenerArgs, context: Context) -> Result<u8, Failure> {
    match args.command {
        ListenerCommand::Add(args) => add(args, context).await,
        ListenerCommand::Remove(args) => remove(args, context).await,
    }
}

async fn add(args: AddArgs, context: Context) -> Result<u8, Failure> {
    let AddArgs { name, listeners, change } = args;
    check_listeners(&listeners)?;
    let change = Change::new(context, &change);
    if change.is_dry {
        let listeners: Vec<_> = listeners.iter().map(in_the_apis_words).collect();
        let parameters = json!({"LoadBalancerName": name, "Listeners": listeners});
        return change.show(&[Call::elb("CreateLoadBalancerListeners", parameters)]).await;
    }
    change.balancers.add_listeners(&name, &listeners).await?;
    let ports: Vec<_> = listeners.iter().map(|listener| listener.port.to_string()).collect();
    change.done(&format!("{name}: listens on {}", ports.join(", ")))
}

async fn remove(args: RemoveArgs, context: Context) -> Result<u8, Failure> {
    let RemoveArgs { name, ports, change } = args;
    let change = Change::new(context, &change);
    if change.is_dry {
        let parameters = json!({"LoadBalancerName": name, "LoadBalancerPorts": ports});
        return change.show(&[Call::elb("DeleteLoadBalancerListeners", parameters)]).await;
    }
    change.balancers.remove_listeners(&name, &ports).await?;
    let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
    change.done(&format!("{name}: no longer listens on {}", ports.join(", ")))
}

/// A listener as the API has it.
pub(super) fn in_the_apis_words(listener: &Listener) -> Value {
    json!({
        "Protocol": listener.protocol,
        "LoadBalancerPort": listener.port,
        "InstanceProtocol": listener.instance_protocol,
        "InstancePort": listener.instance_port,
        "SSLCertificateId": listener.certificate,
    })
}
