//! Which node is meant, and what it is registered as.

use std::net::IpAddr;
use std::str::FromStr;

use bellwether_aws::{Aws, ImdsError, InstanceIdentity};
use bellwether_core::drain::Target;
use bellwether_core::names::NodeId;
use clap::Args;

use crate::failure::Failure;
use crate::wiring::context::Context;

/// Which node is meant.
#[derive(Debug, Clone, Args)]
pub(crate) struct NodeArg {
    /// The node's instance id [default: that of this machine]
    #[arg(long, value_name = "ID")]
    pub(crate) node: Option<NodeId>,
}

/// An address that the node is registered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// The private one that the metadata service tells.
    Own,
    Given(IpAddr),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "own" => Ok(Self::Own),
            text => text.parse().map(Self::Given).map_err(|_| format!("'{text}' is not an IP address")),
        }
    }
}

/// A node and what it is registered as.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: NodeId,
    pub(super) ids: Vec<String>,
}

const NAME_IT: &str = "name the node's instance id with --node ID";

/// The node and its addresses. Addresses are taken only where the user says so: another VPC can have the same ones.
///
/// # Errors
/// When the node is not named and the metadata service does not tell it.
pub(super) async fn find(
    context: &Context,
    aws: &Aws,
    named: &NodeArg,
    addresses: &[Address],
) -> Result<Node, Failure> {
    let id = instance(context, aws, named).await?;
    let mut ids = vec![id.to_string()];
    for address in addresses {
        ids.push(match address {
            Address::Given(address) => address.to_string(),
            Address::Own => own_address(aws, &id).await?.to_string(),
        });
    }
    Ok(Node { id, ids })
}

/// The node that was named by flag, else by an instance id in the configuration, else this instance.
///
/// # Errors
/// When the metadata service does not tell it.
pub(in super::super) async fn instance(context: &Context, aws: &Aws, named: &NodeArg) -> Result<NodeId, Failure> {
    let is_instance = |node: &&NodeId| Target::new(node.as_str()).is_ok_and(|target| target.is_instance());
    if let Some(node) = named.node.as_ref().or(context.settings.node.as_ref().filter(is_instance)) {
        return Ok(node.clone());
    }
    Ok(this_instance(aws).await?.instance_id)
}

async fn own_address(aws: &Aws, id: &NodeId) -> Result<IpAddr, Failure> {
    let this = this_instance(aws).await?;
    match this.private_ip {
        Some(address) if this.instance_id == *id => Ok(address),
        _ => Err(Failure::usage(format!("the address of {id} is not known here")).remedy("name it with --ip ADDRESS")),
    }
}

async fn this_instance(aws: &Aws) -> Result<InstanceIdentity, Failure> {
    aws.identity().await.map_err(|error| {
        let remedy = match &error {
            ImdsError::Absent(_) => NAME_IT.to_owned(),
            error => format!("{NAME_IT}, or: {}", error.remedy()),
        };
        Failure::unavailable(format!("this machine's instance id cannot be had: {error}")).remedy(remedy)
    })
}
