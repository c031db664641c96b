//! The nodes there are, as their agents said of themselves.

use std::collections::BTreeSet;

use bellwether_core::fleet::caller::believe::{self, Doubt};
use bellwether_core::fleet::inventory::NodeRecord;
use bellwether_core::fleet::transport::{InventoryEntry, TransportError};
use bellwether_core::names::NodeId;
use bellwether_host::clock;

use super::Caller;
use super::opener::Opened;

/// How many records one thread checks.
const PER_THREAD: usize = 2_048;

/// What the inventory holds.
#[derive(Default)]
pub(crate) struct Inventory {
    /// The records that are believed, in no certain order.
    pub(crate) records: Vec<NodeRecord>,
    /// Why others are not, or not in every way.
    pub(crate) doubts: Vec<Doubt>,
    /// The nodes that were known before, and of which there is no record that is believed.
    pub(crate) absent: Vec<NodeId>,
}

impl Caller {
    /// Reads the inventory. Keys of nodes that were not known are remembered.
    ///
    /// # Errors
    /// When not all of it could be read.
    pub(crate) async fn inventory(&mut self) -> Result<Inventory, TransportError> {
        let entries = self.transport.inventory().await?;
        let mut absent: BTreeSet<NodeId> = self.memory.nodes().cloned().collect();
        let mut inventory = self.believe_all(opened(entries).await);
        inventory.records.iter().for_each(|record| {
            absent.remove(&record.node);
        });
        inventory.absent = absent.into_iter().collect();
        Ok(inventory)
    }

    fn believe_all(&mut self, opened: Vec<Opened<NodeRecord>>) -> Inventory {
        let now = clock::now().wall;
        let mut inventory = Inventory { records: Vec::with_capacity(opened.len()), ..Inventory::default() };
        for record in opened {
            match record.and_then(|record| self.memory.believe_record(record, now)) {
                Ok((record, doubt)) => {
                    inventory.records.push(record);
                    inventory.doubts.extend(doubt);
                }
                Err(doubt) => inventory.doubts.push(doubt),
            }
        }
        inventory
    }
}

async fn opened(mut entries: Vec<InventoryEntry>) -> Vec<Opened<NodeRecord>> {
    let mut checks = Vec::new();
    while !entries.is_empty() {
        let part = entries.split_off(entries.len().saturating_sub(PER_THREAD));
        checks.push(tokio::task::spawn_blocking(move || part.into_iter().map(open_entry).collect::<Vec<_>>()));
    }
    let mut opened = Vec::new();
    for check in checks {
        opened.extend(check.await.unwrap_or_default());
    }
    opened
}

/// Opens a record, which must stand in its own node's place: any node may have a good record, and put it over another's.
fn open_entry(entry: InventoryEntry) -> Opened<NodeRecord> {
    let (key, record) = believe::open::<NodeRecord>(&entry.record)?;
    if record.node != entry.node {
        return Err(Doubt::Misplaced { place: entry.node, of: record.node });
    }
    Ok((key, record))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_core::facts::Facts;
    use bellwether_core::fleet::envelope::Envelope;
    use bellwether_core::fleet::inventory::NodeKind;
    use bellwether_core::fleet::keys::SigningKey;
    use jiff::Timestamp;

    #[test]
    fn a_good_record_in_another_nodes_place_is_not_believed() {
        let [own, other] = ["i-1", "i-2"].map(|name| NodeId::new(name).unwrap());
        let record = NodeRecord {
            kind: NodeKind::Node,
            node: own.clone(),
            env: "test".parse().unwrap(),
            facts: Facts::default(),
            seen: Timestamp::UNIX_EPOCH,
            period_ms: 60_000,
            version: String::new(),
            left: false,
        };
        let key = SigningKey::from_seed([1; 32]).unwrap();
        let sealed = Envelope::seal(&key, record.encode().unwrap()).unwrap();
        let at = |node: &NodeId| open_entry(InventoryEntry { node: node.clone(), record: sealed.clone() });
        assert!(at(&own).is_ok());
        assert_eq!(at(&other).unwrap_err(), Doubt::Misplaced { place: other, of: own });
    }
}
