//! Who this node is: what it was told, else its instance id, else its host name.

use std::collections::BTreeSet;

use bellwether_aws::{Aws, ImdsError};
use bellwether_core::names::NodeId;
use bellwether_core::roster::Identity;
use bellwether_host::names;

use crate::failure::Failure;

/// Why this node does not know who it is.
#[derive(Debug, Clone)]
pub(crate) struct IdentityError {
    pub(crate) message: String,
    pub(crate) remedy: String,
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        Self::unavailable(error.message).remedy(error.remedy)
    }
}

const NAME_IT: &str = "name this node with --node ID, or set 'node' in /etc/bellwether.toml";

fn unusable(error: impl std::fmt::Display) -> IdentityError {
    IdentityError { message: format!("this node has no usable id: {error}"), remedy: NAME_IT.to_owned() }
}

/// The node as it was told, else by its host name; nothing is asked of anybody.
pub(crate) fn of_host(given: Option<NodeId>) -> Result<Identity, IdentityError> {
    if let Some(given) = given {
        return Ok(Identity::named(given));
    }
    let host = names::hostname().map_err(unusable)?;
    let mut identity = Identity::named(NodeId::new(host.clone()).map_err(unusable)?);
    if let Some((short, _)) = host.split_once('.') {
        identity.names.insert(short.to_owned());
    }
    Ok(identity)
}

/// The node as it was told, else by its instance id, else, off EC2, by its host name. Groups of addresses find it
/// by its addresses.
pub(crate) async fn of_instance(aws: &Aws, given: Option<NodeId>) -> Result<Identity, IdentityError> {
    if given.is_some() {
        return of_host(given);
    }
    match aws.identity().await {
        Ok(instance) => {
            let mut identity = Identity::from(instance);
            identity.names.extend(own_addresses());
            identity.names.extend(names::hostname().ok());
            Ok(identity)
        }
        Err(ImdsError::Absent(_)) => {
            let mut identity = of_host(None)?;
            identity.names.extend(own_addresses());
            Ok(identity)
        }
        Err(error) => Err(IdentityError {
            message: format!("this node's instance id cannot be had: {error}"),
            remedy: error.remedy().to_owned(),
        }),
    }
}

fn own_addresses() -> BTreeSet<String> {
    names::addresses().unwrap_or_default().iter().map(ToString::to_string).collect()
}
