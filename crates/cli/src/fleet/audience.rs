//! Whom a call is for: the options that say so, and who is expected to answer.

use bellwether_core::filter::Filter;
use bellwether_core::fleet::caller::expected::Expected;
use bellwether_core::fleet::request::Target;
use bellwether_core::names::NodeId;
use bellwether_host::clock;
use clap::Args;

use super::caller::Caller;
use crate::failure::Failure;
use crate::render::console::Console;

/// The most nodes of a kind that are named in one message.
const MOST_NAMED: usize = 20;

/// Which nodes are meant.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which nodes")]
pub(crate) struct AudienceArgs {
    /// The nodes whose facts match, for example 'role=web and not memcached and cpus>=4'; every node without it
    #[arg(value_name = "FILTER", conflicts_with = "nodes")]
    filter: Option<Filter>,

    /// These nodes alone, by their ids
    #[arg(long, value_name = "ID,ID", value_delimiter = ',')]
    nodes: Vec<NodeId>,
}

impl AudienceArgs {
    /// Whom the options mean.
    pub(crate) fn target(&self) -> Target {
        match (&self.filter, self.nodes.as_slice()) {
            (None, []) => Target::Filter(Filter::everything()),
            (Some(filter), _) => Target::Filter(filter.clone()),
            (None, nodes) => Target::Nodes(nodes.to_vec()),
        }
    }

    /// Whether they mean every node.
    pub(crate) fn is_everyone(&self) -> bool {
        self.filter.is_none() && self.nodes.is_empty()
    }
}

/// Looks up who is expected. Without an inventory only named nodes are: then whoever answers is taken.
///
/// # Errors
/// When the transport cannot be reached.
pub(crate) async fn expected(caller: &mut Caller, target: &Target, console: Console) -> Result<Expected, Failure> {
    let inventory = caller.inventory().await?;
    for doubt in inventory.doubts.iter().take(MOST_NAMED) {
        console.warning(&format!("a record of the inventory is not believed: {doubt}; {}", doubt.remedy()));
    }
    let more = inventory.doubts.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        console.warning(&format!("{more} more records of the inventory are not believed"));
    }
    Ok(Expected::new(target, &inventory.records, clock::now().wall))
}

/// Names of nodes for a message: the first ones, and how many more.
pub(crate) fn names(nodes: &[NodeId]) -> String {
    let mut text = nodes.iter().take(MOST_NAMED).map(NodeId::as_str).collect::<Vec<_>>().join(", ");
    if nodes.len() > MOST_NAMED {
        text.push_str(&format!(" and {} more", nodes.len() - MOST_NAMED));
    }
    text
}
