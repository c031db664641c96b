//! What is known of the nodes: a bucket with one entry per node, which is its last announcement.

use async_nats::HeaderMap;
use bellwether_core::fleet::transport::{InventoryEntry, TransportError};
use bellwether_core::names::NodeId;
use jiff::Timestamp;
use serde_json::Value;

use super::connection::Connection;
use super::durable::{LARGEST_MESSAGE, keep, read_all};
use super::failure::of_jetstream;
use super::subjects::Subjects;
use crate::nats::api;
use crate::nats::bucket::COPIES;
use crate::nats::failure::Failure;
use crate::nats::making::find_or_make;
use crate::nats::new_stream::NewStream;
use crate::nats::scan::Found;

/// That a node announced itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// In whose place of the inventory it stands.
    pub node: NodeId,
    /// When it was taken, by the server's clock.
    pub at: Timestamp,
    /// Which of the bucket's changes it is.
    revision: u64,
}

fn config(subjects: &Subjects) -> Value {
    let stream = NewStream {
        name: &subjects.inventory_stream(),
        description: "Nodes of bellwether: what each last said of itself",
        subjects: &subjects.inventory(),
        largest: LARGEST_MESSAGE,
    };
    stream.bucket_config()
}

/// Replaces a node's entry. The bucket is looked for only when nobody takes the entry.
pub(super) async fn announce(
    connection: &Connection,
    subjects: &Subjects,
    node: &NodeId,
    record: &[u8],
    what: &str,
) -> Result<(), TransportError> {
    let failed = |failure: Failure| of_jetstream(what, &failure);
    match put(connection, subjects, node, record).await {
        Err(Failure::NobodyThere) => {
            let stream = subjects.inventory_stream();
            find_or_make(connection.link(), &stream, &config(subjects), COPIES).await.map_err(failed)?;
            let subject = subjects.inventory_node(node);
            keep(connection.link(), &stream, subject, record).await.map_err(failed)
        }
        put => put.map_err(failed),
    }
}

/// Puts the mark of a removed key in the place of a node's entry, unless there is another entry by now: answers whether it
/// did.
pub(super) async fn forget(
    connection: &Connection,
    subjects: &Subjects,
    left: &Announcement,
    what: &str,
) -> Result<bool, TransportError> {
    let mut headers = HeaderMap::new();
    headers.insert("KV-Operation", "PURGE");
    headers.insert("Nats-Rollup", "sub");
    let (stream, subject) = (subjects.inventory_stream(), subjects.inventory_node(&left.node));
    match api::publish(connection.link(), &stream, subject, left.revision, headers, Vec::new()).await {
        Ok(_) => Ok(true),
        Err(Failure::Refused(refusal)) if refusal.tells_a_sequence() => Ok(false),
        Err(failure) => Err(of_jetstream(what, &failure)),
    }
}

async fn put(connection: &Connection, subjects: &Subjects, node: &NodeId, record: &[u8]) -> Result<(), Failure> {
    let (stream, subject) = (subjects.inventory_stream(), subjects.inventory_node(node));
    api::store_at_once(connection.link(), &stream, subject, HeaderMap::new(), record.to_vec()).await.map(|_| ())
}

/// The entries of all nodes; none when no node ever announced itself.
pub(super) async fn read(
    connection: &Connection,
    subjects: &Subjects,
    what: &str,
) -> Result<Vec<InventoryEntry>, TransportError> {
    let found = found(connection, subjects, what).await?;
    Ok(found.into_iter().map(|(node, found)| InventoryEntry { node, record: found.payload }).collect())
}

/// When each node last announced itself, or another in its place.
pub(super) async fn announcements(
    connection: &Connection,
    subjects: &Subjects,
    what: &str,
) -> Result<Vec<Announcement>, TransportError> {
    let found = found(connection, subjects, what).await?.into_iter();
    Ok(found.map(|(node, found)| Announcement { node, at: found.stored, revision: found.sequence }).collect())
}

async fn found(
    connection: &Connection,
    subjects: &Subjects,
    what: &str,
) -> Result<Vec<(NodeId, Found)>, TransportError> {
    let found = read_all(connection, &subjects.inventory_stream(), &subjects.inventory(), what).await?;
    // A subject that is no node's place hides nobody.
    let of_node = |found: Found| Some((subjects.node_of_inventory(&found.subject)?, found));
    Ok(found.into_iter().filter(|found| !found.payload.is_empty()).filter_map(of_node).collect())
}
