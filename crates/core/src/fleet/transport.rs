//! What carries requests to agents and replies to callers. It carries sealed envelopes, and believes none of them.
//!
//! A transport may lose, repeat and reorder messages; it says when it knows that it failed. Every method ends within the
//! patience the transport was made with, except the two that wait for messages, which are cancel-safe.

use async_trait::async_trait;

use super::id::RequestId;
use super::request::ReplyAddress;
use crate::names::NodeId;

/// Why a transport did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct TransportError {
    /// What was tried, on what.
    pub what: String,
    /// The cause.
    pub why: String,
    /// What to do about it.
    pub remedy: String,
    /// The nodes that certainly or possibly do not get what was sent, where the transport works, and others get it or
    /// these have no place in it any more. Empty in every other case.
    pub unreached: Vec<NodeId>,
}

/// A message for this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The sealed envelope, or what somebody sent in its place.
    pub message: Vec<u8>,
    /// What tells the transport that this message is dealt with.
    pub receipt: Receipt,
}

/// How a transport knows a delivered message. Opaque: made and understood by the transport alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Receipt(pub String);

/// An agent's side.
#[async_trait]
pub trait AgentTransport: Send + Sync {
    /// Waits for the next message for this node, however long that takes. Connecting again is the transport's business.
    ///
    /// # Errors
    /// When it cannot receive now; to be called again after a pause.
    async fn receive(&self) -> Result<Delivery, TransportError>;

    /// Says that a message is dealt with: its request is in the journal, or is refused. A durable transport delivers it
    /// until then.
    ///
    /// # Errors
    /// When it could not be told; the message may come again.
    async fn settle(&self, receipt: &Receipt) -> Result<(), TransportError>;

    /// Whether an address is the one to which callers of this environment have the replies to a call sent. Asks nobody.
    fn accepts(&self, to: &ReplyAddress, call: RequestId, durable: bool) -> bool;

    /// Sends a reply. With `durable` it is kept for a caller that is away.
    ///
    /// # Errors
    /// When the address is not one that [`AgentTransport::accepts`], or the reply was certainly or possibly not taken.
    async fn reply(
        &self,
        to: &ReplyAddress,
        call: RequestId,
        durable: bool,
        message: &[u8],
    ) -> Result<(), TransportError>;

    /// Replaces what the inventory holds of this node.
    ///
    /// # Errors
    /// When it was certainly or possibly not taken.
    async fn announce(&self, record: &[u8]) -> Result<(), TransportError>;

    /// Sends what is still under way, and receives nothing more.
    async fn close(&self);
}

/// To whom a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience<'a> {
    /// To every agent of the environment.
    Everyone,
    /// To these nodes alone.
    Nodes(&'a [NodeId]),
}

/// What the inventory holds of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryEntry {
    /// In whose place it stands. The record may be another's: whoever may write to the inventory can put it there.
    pub node: NodeId,
    /// The sealed record, or what somebody put in its place.
    pub record: Vec<u8>,
}

/// A caller's side, for one call.
#[async_trait]
pub trait CallerTransport: Send + Sync {
    /// Begins to listen for the replies of a call, and tells where they must be sent.
    ///
    /// # Errors
    /// When they could not be received.
    async fn listen(&self, call: RequestId, durable: bool) -> Result<ReplyAddress, TransportError>;

    /// Sends a request. With `durable` it is kept for nodes that are away, which needs their names. To no nodes at all it
    /// sends nothing, and finds out whether the transport works.
    ///
    /// # Errors
    /// When some node certainly or possibly does not get it; others may.
    async fn send(&self, to: Audience<'_>, durable: bool, message: &[u8]) -> Result<(), TransportError>;

    /// Waits for the next reply, however long that takes. It may be from anybody.
    ///
    /// # Errors
    /// When it cannot receive now; to be called again after a pause.
    async fn receive(&self) -> Result<Vec<u8>, TransportError>;

    /// The entries of all nodes that ever announced themselves and were not cleaned away.
    ///
    /// # Errors
    /// When not all of them could be read.
    async fn inventory(&self) -> Result<Vec<InventoryEntry>, TransportError>;

    /// The replies that are kept of a durable call, in no certain order.
    ///
    /// # Errors
    /// When not all of them could be read.
    async fn results(&self, call: RequestId) -> Result<Vec<Vec<u8>>, TransportError>;

    /// Ends listening, and gives back what was made for it.
    async fn close(&self);
}
