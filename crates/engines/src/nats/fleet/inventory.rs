//! What is known of the nodes: a bucket with one entry per node, which is its last announcement.

use async_nats::HeaderMap;
use bellwether_core::fleet::envelope::LARGEST;
use bellwether_core::fleet::transport::{InventoryEntry, TransportError};
use bellwether_core::names::NodeId;
use serde_json::{Value, json};

use super::connection::Connection;
use super::durable::{keep, read_all};
use super::failure::of_jetstream;
use super::subjects::Subjects;
use crate::nats::api;
use crate::nats::bucket::{COPIES, find_or_make};
use crate::nats::failure::Failure;

/// A bucket as every NATS client knows it, so that `nats kv` can show it.
fn config(subjects: &Subjects) -> Value {
    json!({
        "name": subjects.inventory_stream(),
        "description": "Nodes of bellwether: what each last said of itself",
        "subjects": [subjects.inventory()],
        "retention": "limits",
        "storage": "file",
        "discard": "new",
        "max_msgs_per_subject": 1,
        "max_msgs": -1,
        "max_bytes": -1,
        "max_consumers": -1,
        "max_msg_size": LARGEST + 1_024,
        "allow_rollup_hdrs": true,
        "deny_delete": true,
        "allow_direct": false,
    })
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
    match put(connection, subjects, node, HeaderMap::new(), record).await {
        Err(Failure::NobodyThere) => {
            let stream = subjects.inventory_stream();
            find_or_make(connection.link(), &stream, &config(subjects), COPIES).await.map_err(failed)?;
            let subject = subjects.inventory_node(node);
            keep(connection.link(), &stream, subject, record).await.map_err(failed)
        }
        put => put.map_err(failed),
    }
}

/// Puts the mark of a removed key in the place of a node's entry.
pub(super) async fn forget(
    connection: &Connection,
    subjects: &Subjects,
    node: &NodeId,
    what: &str,
) -> Result<(), TransportError> {
    let mut headers = HeaderMap::new();
    headers.insert("KV-Operation", "PURGE");
    headers.insert("Nats-Rollup", "sub");
    put(connection, subjects, node, headers, &[]).await.map_err(|failure| of_jetstream(what, &failure))
}

async fn put(
    connection: &Connection,
    subjects: &Subjects,
    node: &NodeId,
    headers: HeaderMap,
    record: &[u8],
) -> Result<(), Failure> {
    let (stream, subject) = (subjects.inventory_stream(), subjects.inventory_node(node));
    api::store(connection.link(), &stream, subject, headers, record.to_vec()).await.map(|_| ())
}

/// The entries of all nodes; none when no node ever announced itself.
pub(super) async fn read(
    connection: &Connection,
    subjects: &Subjects,
    what: &str,
) -> Result<Vec<InventoryEntry>, TransportError> {
    let entries = read_all(connection, &subjects.inventory_stream(), &subjects.inventory(), what).await?;
    // A subject that is no node's place hides nobody.
    let entry = |(subject, record): (String, Vec<u8>)| {
        Some(InventoryEntry { node: subjects.node_of_inventory(&subject)?, record })
    };
    Ok(entries.into_iter().filter(|(_, record)| !record.is_empty()).filter_map(entry).collect())
}
