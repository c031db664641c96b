//! Whom a call is for: the options that say so, and who is expected to answer.

use bellwether_core::filter::Filter;
use bellwether_core::fleet::caller::expected::Expected;
use bellwether_core::fleet::request::Target;
use bellwether_core::names::NodeId;
use bellwether_host::clock;
use clap::Args;

use super::caller::Caller;
use super::caller::inventory::Inventory;
use super::caller::warnings::Warnings;
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

/// Looks up who is expected. Nodes that are named are expected even where there is no inventory.
///
/// # Errors
/// When the inventory cannot be read, and nobody is named.
pub(crate) async fn expected(caller: &mut Caller, target: &Target, console: Console) -> Result<Expected, Failure> {
    let inventory = match caller.inventory().await {
        Ok(inventory) => inventory,
        Err(error) if matches!(target, Target::Nodes(_)) => {
            console.warning(&format!("the inventory cannot be read: {error}; {}", error.remedy));
            Inventory::default()
        }
        Err(error) => return Err(error.into()),
    };
    tell_doubts(&inventory, console);
    if matches!(target, Target::Filter(_)) {
        tell_absent(&inventory, caller, console);
    }
    Ok(Expected::new(target, &inventory.records, clock::now().wall))
}

/// Warns of records that are not believed.
pub(crate) fn tell_doubts(inventory: &Inventory, console: Console) {
    let mut warnings = Warnings::new(console);
    inventory.doubts.iter().for_each(|doubt| warnings.doubt("a record of the inventory", doubt));
    warnings.finish();
}

/// Warns of nodes that were there before: whether they match cannot be told, so they are missing in what is expected.
pub(crate) fn tell_absent(inventory: &Inventory, caller: &Caller, console: Console) {
    if !inventory.absent.is_empty() {
        console.warning(&format!(
            "known before, but not in the inventory of '{}', so not expected to answer: {}; run 'bellwether keys forget \
             NODE' for those that are gone",
            caller.environment,
            names(&inventory.absent)
        ));
    }
}

/// So many nodes, in words.
pub(crate) fn count(nodes: usize) -> String {
    if nodes == 1 { "1 node".to_owned() } else { format!("{nodes} nodes") }
}

/// Names of nodes for a message: the first ones, and how many more.
pub(crate) fn names(nodes: &[NodeId]) -> String {
    let mut text = nodes.iter().take(MOST_NAMED).map(NodeId::as_str).collect::<Vec<_>>().join(", ");
    if nodes.len() > MOST_NAMED {
        text.push_str(&format!(" and {} more", nodes.len() - MOST_NAMED));
    }
    text
}
