//! Who is told what happens during a call.

use bellwether_core::fleet::caller::believe::Doubt;
use bellwether_core::fleet::reply::Reply;
use bellwether_core::fleet::transport::TransportError;
use bellwether_core::names::NodeId;

/// Is told, as it happens.
pub(crate) trait Show {
    /// A believed reply; those of one node come in their order, each once.
    fn reply(&mut self, reply: &Reply);

    /// So many replies of a node, before the next one, never came.
    fn missing(&mut self, node: &NodeId, replies: u64);

    /// A message was not believed.
    fn doubt(&mut self, doubt: &Doubt);

    /// These nodes are being asked.
    fn asked(&mut self, nodes: &[NodeId]);

    /// The transport failed for now; it is tried again.
    fn trouble(&mut self, error: &TransportError);
}
