//! `bellwether keys forget`.

use std::collections::HashSet;

use bellwether_core::fleet::transport::CallerTransport;
use bellwether_core::names::NodeId;
use clap::Args;

use crate::args::{AwsArgs, FleetArgs};
use crate::failure::Failure;
use crate::fleet::known_nodes::KnownNodes;
use crate::wiring::context::Context;

/// Forget the keys of nodes, so that the next ones they show are believed
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether keys forget i-0123456789abcdef0\n  bellwether keys forget --absent --dry-run"
)]
pub(super) struct ForgetArgs {
    /// The nodes' ids; when one of them is not known, none is forgotten
    #[arg(value_name = "NODE", required_unless_present = "absent", conflicts_with = "absent")]
    nodes: Vec<NodeId>,

    /// All nodes that are known, but have nothing in the inventory
    #[arg(long)]
    absent: bool,

    /// With --absent: show who would be forgotten, and forget nobody
    #[arg(long, requires = "absent")]
    dry_run: bool,

    #[command(flatten)]
    fleet: FleetArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(super) async fn forget(args: &ForgetArgs, context: &Context) -> Result<String, Failure> {
    if args.absent {
        return forget_absent(args, context).await;
    }
    let environment = context.fleet_environment(args.fleet.environment.as_ref())?;
    let known = context.known_nodes()?.nodes_of(&environment);
    // A name that was mistyped leaves no file.
    let pins = known.read()?;
    if let Some(node) = args.nodes.iter().find(|node| pins.get(node).is_none()) {
        return Err(Failure::usage(format!("no key of node '{node}' is known in the environment '{environment}'"))
            .remedy(format!(
                "'bellwether keys list' shows what {} and the files beside it hold",
                known.path().display()
            )));
    }
    forget_all(&known, &args.nodes)?;
    let line = |node: &NodeId| format!("{node} of {environment} is forgotten; the next key it shows is believed\n");
    Ok(args.nodes.iter().map(line).collect())
}

async fn forget_absent(args: &ForgetArgs, context: &Context) -> Result<String, Failure> {
    let place = context.fleet(&args.fleet)?;
    let environment = &place.environment;
    let known = context.known_nodes()?.nodes_of(environment);
    let pins = known.read()?;
    let transport = context.caller_transport(&place, &args.aws).await?;
    let there = in_inventory(transport.as_ref()).await?;
    if there.is_empty() {
        return Err(Failure::usage(format!("the inventory of '{environment}' is empty, so nobody is forgotten"))
            .remedy(
                "check the transport; where all nodes are gone, name them: 'bellwether keys list' shows who is known",
            ));
    }
    let absent: Vec<NodeId> =
        pins.iter().map(|(node, _)| node).filter(|node| !there.contains(*node)).cloned().collect();
    if absent.is_empty() {
        return Ok(format!("every node that is known is in the inventory of '{environment}'\n"));
    }
    if args.dry_run {
        return Ok(absent.iter().map(|node| format!("{node} of {environment} would be forgotten\n")).collect());
    }
    forget_all(&known, &absent)?;
    Ok(absent.iter().map(|node| format!("{node} of {environment} is forgotten\n")).collect())
}

/// The nodes in whose places something stands, be it believed or not: whoever spoils a node's record must not have the
/// node forgotten.
async fn in_inventory(transport: &dyn CallerTransport) -> Result<HashSet<NodeId>, Failure> {
    let entries = transport.inventory().await;
    transport.close().await;
    Ok(entries?.into_iter().map(|entry| entry.node).collect())
}

fn forget_all(known: &KnownNodes, nodes: &[NodeId]) -> Result<(), Failure> {
    known.change(|pins| {
        for node in nodes {
            pins.forget(node);
        }
    })
}
