//! Whom a call is for, and how it is made.

use std::time::Duration;

use bellwether_core::fleet::caller::call::Terms;
use bellwether_core::fleet::caller::expected::Expected;
use bellwether_core::fleet::request::Target;
use bellwether_core::names::NodeId;

use super::ExecArgs;
use crate::failure::Failure;
use crate::fleet::audience;
use crate::fleet::caller::Caller;
use crate::render::console::Console;

/// How long a node that works may be silent: it says every few seconds that it works.
const PATIENCE: Duration = Duration::from_secs(30);

/// The plan of a call.
pub(super) struct Plan {
    pub(super) expected: Expected,
    pub(super) terms: Terms,
    /// Whom all agents are told it is for, where they are all told at once.
    pub(super) everyone: Option<Target>,
    nodes: Vec<NodeId>,
}

impl Plan {
    /// # Errors
    /// When the inventory cannot be read, or a durable call or a batch has no node to name.
    pub(super) async fn new(args: &ExecArgs, caller: &mut Caller, console: Console) -> Result<Self, Failure> {
        let target = args.audience.target();
        let expected = audience::expected(caller, &target, console).await?;
        let durable = args.durable || args.detached;
        let by_name = matches!(target, Target::Nodes(_)) || args.batch.is_some() || args.limit.is_some() || durable;
        let expected = match args.limit {
            Some(limit) => expected.limited(usize::try_from(limit).unwrap_or(usize::MAX)),
            None => expected,
        };
        let nodes = expected.asked();
        if by_name && nodes.is_empty() {
            return Err(Failure::usage("no node of the inventory matches, and these options need nodes to name")
                .remedy("'bellwether facts' lists the nodes and their facts"));
        }
        let terms = Terms {
            batch: args.batch,
            pause: args.pause,
            max_failures: args.max_failures,
            first_answer: args.wait,
            patience: PATIENCE,
        };
        Ok(Self { expected, terms, everyone: (!by_name).then_some(target), nodes })
    }

    /// The nodes that are asked.
    pub(super) fn call_nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// What `--dry-run` prints.
    pub(super) fn preview(&self) -> String {
        let mut text = String::new();
        for node in &self.nodes {
            let note = if self.expected.silent.contains(node) {
                "  (not heard of for some time)"
            } else if self.expected.unknown.contains(node) {
                "  (not in the inventory)"
            } else {
                ""
            };
            text.push_str(&format!("{node}{note}\n"));
        }
        text.push_str(&format!("{} would be asked; nobody was\n", audience::count(self.nodes.len())));
        text
    }
}
