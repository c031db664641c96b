//! `bellwether keys pin`.

use bellwether_core::fleet::keys::PublicKey;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::names::NodeId;
use clap::Args;

use crate::failure::Failure;
use crate::wiring::context::Context;

/// Remember a node's key, in the place of any other
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bellwether keys pin i-0123456789abcdef0 ed25519:...")]
pub(super) struct PinArgs {
    /// The node's id
    #[arg(value_name = "NODE")]
    node: NodeId,

    /// Its agent's public key
    #[arg(value_name = "KEY")]
    key: PublicKey,

    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, Args)]
struct PlaceArgs {
    /// The environment that the node is in [default: 'environment' in the section [fleet]]
    #[arg(long, value_name = "NAME")]
    environment: Option<EnvironmentName>,
}

pub(super) fn pin(PinArgs { node, key, place }: PinArgs, context: &Context) -> Result<String, Failure> {
    let environment = context.fleet_environment(place.environment.as_ref())?;
    let text = format!("{node} of {environment} is known by {key}\n");
    context.known_nodes()?.nodes_of(&environment).change(|pins| pins.pin(node, key))?;
    Ok(text)
}
