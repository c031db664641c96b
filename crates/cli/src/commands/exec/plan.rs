//! Whom a call is for, and how it is made.

use std::time::Duration;

use bellwether_core::fleet::caller::call::Terms;
use bellwether_core::fleet::caller::expected::Expected;
use bellwether_core::fleet::request::{EnvironmentName, Target};
use bellwether_core::names::NodeId;

use super::ExecArgs;
use super::events::Events;
use crate::failure::Failure;
use crate::fleet::audience::{Audience, count};
use crate::fleet::caller::Caller;
use crate::render::console::Console;

/// How long a node that works may be silent: it says every few seconds that it works.
const PATIENCE: Duration = Duration::from_secs(30);

/// The plan of a call.
pub(super) struct Plan {
    target: Target,
    pub(super) audience: Audience,
    pub(super) terms: Terms,
    /// Whom all agents are told it is for, where they are all told at once.
    pub(super) everyone: Option<Target>,
    nodes: Vec<NodeId>,
}

impl Plan {
    /// # Errors
    /// When the inventory cannot be read, or a durable call or a batch has no node to name.
    pub(super) async fn new(args: &ExecArgs, caller: &mut Caller) -> Result<Self, Failure> {
        let target = args.audience.target();
        let mut audience = Audience::look_up(caller, &target).await?;
        let durable = args.is_durable();
        let by_name = matches!(target, Target::Nodes(_)) || args.batch.is_some() || args.limit.is_some() || durable;
        if by_name && matches!(target, Target::Filter(_)) {
            audience = audience.read()?;
        }
        if durable {
            audience.expected = audience.expected.with_left_asked();
        }
        if let Some(limit) = args.limit {
            audience.expected = audience.expected.limited(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        let nodes = audience.expected.asked();
        if by_name && nodes.is_empty() {
            return Err(Failure::usage("no node of the inventory matches, and these options need nodes to name")
                .remedy("'bellwether facts' lists the nodes and their facts"));
        }
        let terms = Terms {
            batch: args.batch,
            pause: args.pause,
            max_failures: args.max_failures,
            first_answer: audience.patience(args.wait),
            patience: PATIENCE,
        };
        let everyone = (!by_name).then(|| target.clone());
        Ok(Self { target, audience, terms, everyone, nodes })
    }

    /// The nodes that are asked.
    pub(super) fn call_nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// Shows who would be asked.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn preview(&self, json: bool, environment: &EnvironmentName, console: Console) -> Result<(), Failure> {
        if json {
            return Events::new(console).would_ask(&self.nodes, environment, &self.audience);
        }
        let lines: String = self.nodes.iter().map(|node| format!("{node}{}\n", self.note(node))).collect();
        console.result(&format!("{lines}{} would be asked; nobody was\n", count(self.nodes.len())))
    }

    fn note(&self, node: &NodeId) -> &'static str {
        let Expected { silent, unknown, left, .. } = &self.audience.expected;
        match node {
            node if silent.contains(node) => "  (not heard of for some time)",
            node if unknown.contains(node) => "  (not in the inventory)",
            node if left.contains(node) => "  (ended by itself)",
            _ => "",
        }
    }

    /// Tells what is wrong with the inventory, and with who is meant.
    pub(super) fn tell(&self, environment: &EnvironmentName, console: Console) {
        self.audience.tell(&self.target, environment, console);
    }

    /// Whether nobody knows who should answer: then it cannot be said that all did.
    pub(super) const fn is_blind(&self) -> bool {
        self.everyone.is_some() && self.audience.is_unread()
    }
}
