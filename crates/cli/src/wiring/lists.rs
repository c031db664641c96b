//! Groups that are lists: this host alone, nodes named on the command line, nodes named in a file.

use std::path::PathBuf;

use async_trait::async_trait;
use bellwether_core::names::NodeId;
use bellwether_core::roster::{Health, Roster, RosterError, RosterErrorKind, RosterSource};
use bellwether_host::files::read_bounded;

/// The largest list of nodes that is read, in bytes.
const LARGEST_LIST: usize = 1 << 20;

/// Nodes that are known beforehand and taken for healthy.
pub(crate) struct NodeList(pub(crate) Vec<NodeId>);

#[async_trait]
impl RosterSource for NodeList {
    async fn roster(&self) -> Result<Roster, RosterError> {
        Ok(all_healthy(self.0.iter().cloned()))
    }
}

/// Nodes in a file, one a line; blank lines and what follows a `#` are left out.
pub(crate) struct NodeFile(pub(crate) PathBuf);

#[async_trait]
impl RosterSource for NodeFile {
    async fn roster(&self) -> Result<Roster, RosterError> {
        let place = self.0.display();
        let invalid = |message| RosterError {
            kind: RosterErrorKind::Invalid,
            message,
            remedy: "list one node a line; # starts a comment".to_owned(),
        };
        let bytes = read_bounded(&self.0, LARGEST_LIST).map_err(|error| RosterError {
            kind: RosterErrorKind::NotFound,
            message: format!("the group file:{place} cannot be read: {error}"),
            remedy: "check the path and its permissions".to_owned(),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| invalid(format!("{place} is not UTF-8")))?;
        let mut nodes = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let name = line.split('#').next().unwrap_or_default().trim();
            if !name.is_empty() {
                let node =
                    NodeId::new(name).map_err(|error| invalid(format!("{place}, line {}: {error}", index + 1)))?;
                nodes.push(node);
            }
        }
        Ok(all_healthy(nodes))
    }
}

fn all_healthy(nodes: impl IntoIterator<Item = NodeId>) -> Roster {
    let mut roster = Roster::new();
    for node in nodes {
        roster.add(node, Health::Healthy);
    }
    roster
}
