//! Who is told what happens during a call.

use bellwether_core::fleet::caller::call::Call;
use bellwether_core::fleet::caller::order::Missing;
use bellwether_core::fleet::reply::Reply;
use bellwether_core::names::NodeId;

use super::warnings::Warnings;

/// Is told, as it happens.
pub(crate) trait Show {
    /// A believed reply; those of one node come in their order, each once.
    fn reply(&mut self, reply: &Reply);

    /// Replies of a node, before the next one, never came.
    fn missing(&mut self, _node: &NodeId, _missing: Missing) {}

    /// These nodes are being asked.
    fn asked(&mut self, _nodes: &[NodeId]) {}

    /// How far the call is, a few times a second.
    fn progress(&mut self, _call: &Call) {}

    /// Where it is told what is not believed, and what the transport fails at.
    fn warnings(&mut self) -> &mut Warnings;
}
