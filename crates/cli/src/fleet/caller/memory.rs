//! Whom a caller believes, and what it has learned of nodes in this run.

use std::collections::BTreeSet;

use bellwether_core::fleet::caller::believe::{self, Doubt, Spoken};
use bellwether_core::fleet::caller::pins::{Age, Pins};
use bellwether_core::fleet::inventory::NodeRecord;
use bellwether_core::fleet::keys::PublicKey;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::names::NodeId;
use jiff::Timestamp;

use crate::failure::Failure;
use crate::fleet::audience::{count, names};
use crate::fleet::known_nodes::KnownNodes;
use crate::render::console::Console;

/// How many keys are named that several nodes have.
const MOST_SHARED: usize = 3;

/// The nodes of one environment.
pub(super) struct Memory {
    environment: EnvironmentName,
    known: KnownNodes,
    pins: Pins,
    /// Whether nobody is believed who was not known before.
    strict: bool,
    /// Whether there is an inventory, in which every node should be.
    has_inventory: bool,
    /// Nodes whose keys were not known before.
    new: BTreeSet<NodeId>,
    /// Nodes of which a newer record was seen.
    sighted: BTreeSet<NodeId>,
    /// Nodes that are believed in this run alone: nobody named them, and they are not in the inventory.
    strangers: BTreeSet<NodeId>,
    /// Nodes that are there, as they say.
    there: BTreeSet<NodeId>,
}

impl Memory {
    pub(super) fn new(environment: EnvironmentName, known: KnownNodes, pins: Pins, strict: bool) -> Self {
        let (new, sighted, strangers, there) = Default::default();
        Self { environment, known, pins, strict, has_inventory: false, new, sighted, strangers, there }
    }

    /// The nodes that are known by now.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &NodeId> {
        self.pins.iter().map(|(node, _)| node)
    }

    /// Believes a record of the inventory that was read at `now`, and remembers its node's key. Where it was played again,
    /// it is still the best that is known of its node; but that the node has left is not taken from it.
    ///
    /// # Errors
    /// When it is not by the node it speaks for.
    pub(super) fn believe_record(
        &mut self,
        opened: (PublicKey, NodeRecord),
        now: Timestamp,
    ) -> Result<(NodeRecord, Option<Doubt>), Doubt> {
        self.has_inventory = true;
        let (mut record, is_new) = self.believe(opened)?;
        if is_new {
            self.new.insert(record.node.clone());
        }
        let mut doubt = None;
        match self.pins.sight(&record, now) {
            Age::NoNews => {}
            Age::News => {
                self.sighted.insert(record.node.clone());
            }
            Age::Older(newest) => {
                record.left = false;
                let (node, env) = (record.node.clone(), self.environment.clone());
                doubt = Some(Doubt::PlayedAgain { node, env, seen: record.seen, newest });
            }
        }
        if !record.left {
            self.there.insert(record.node.clone());
        }
        Ok((record, doubt))
    }

    /// Believes an answer. Its node's key is remembered when the node was `named`; another node should be in the inventory
    /// where there is one, else whoever can send to callers could fill their memory with nodes that do not exist.
    ///
    /// # Errors
    /// When it is not by the node it speaks for.
    pub(super) fn believe_answer<T: Spoken>(&mut self, opened: (PublicKey, T), named: bool) -> Result<T, Doubt> {
        let (spoken, is_new) = self.believe(opened)?;
        let node = spoken.node();
        if is_new {
            let nodes = if named || !self.has_inventory { &mut self.new } else { &mut self.strangers };
            nodes.insert(node.clone());
        }
        if !self.there.contains(node) {
            self.there.insert(node.clone());
        }
        Ok(spoken)
    }

    /// Whether an opened message is by the node it speaks for, and whether that was not known before.
    fn believe<T: Spoken>(&mut self, opened: (PublicKey, T)) -> Result<(T, bool), Doubt> {
        let is_new = self.pins.get(opened.1.node()).is_none();
        let spoken = believe::believe(&mut self.pins, self.strict, &self.environment, opened)?;
        Ok((spoken, is_new))
    }

    /// Keeps what was learned, and says so. What was asked for is done by now, so what fails here is a warning.
    pub(super) fn keep(&self, console: Console) {
        let kept = self.known.learn(&self.pins, &self.new, &self.sighted);
        let new: Vec<NodeId> = self.new.iter().cloned().collect();
        match kept {
            Ok(()) if new.is_empty() => {}
            Ok(()) => {
                console.notice_about(&new, &format!("{} seen for the first time: {}", count(new.len()), names(&new)));
            }
            Err(failure) => self.tell_unkept(&new, failure, console),
        }
        self.tell_strangers(console);
        self.tell_shared_keys(console);
    }

    fn tell_unkept(&self, new: &[NodeId], failure: Failure, console: Console) {
        let why = failure.in_one_line();
        let text = if new.is_empty() {
            format!("how new the nodes' records are could not be kept, so that older ones could be played again: {why}")
        } else {
            let nodes = names(new);
            format!(
                "the next call takes the keys it sees then for those of {nodes}, since these could not be kept: {why}"
            )
        };
        console.warning_about(new, &text);
    }

    fn tell_strangers(&self, console: Console) {
        if !self.strangers.is_empty() {
            let strangers: Vec<NodeId> = self.strangers.iter().cloned().collect();
            let text = format!(
                "{} answered without being in the inventory of '{}', and not remembered: {}",
                count(strangers.len()),
                self.environment,
                names(&strangers)
            );
            console.notice_about(&strangers, &text);
        }
    }

    /// Whoever has a node's key speaks for all nodes that share it.
    fn tell_shared_keys(&self, console: Console) {
        let shared = self.pins.sharing(&self.there);
        for nodes in shared.iter().take(MOST_SHARED) {
            let text = format!(
                "the same key is shown by {}: {}; where the agent's state directory was copied, as into a machine image, \
                 remove agent/key from the copies, and each agent makes one of its own; where a node was renamed, \
                 'bellwether agent --clean' removes its old name when that has been silent for long enough",
                count(nodes.len()),
                names(nodes)
            );
            console.warning_about(nodes, &text);
        }
        let more = shared.len().saturating_sub(MOST_SHARED);
        if more > 0 {
            console.warning(&format!("{more} more keys are shown by several nodes each"));
        }
    }
}
