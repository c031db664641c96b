//! The nodes there are, as their agents said of themselves.

use bellwether_core::fleet::caller::believe::{self, Doubt};
use bellwether_core::fleet::inventory::NodeRecord;
use bellwether_core::fleet::transport::TransportError;

use super::Caller;
use super::opener::{Opened, open_all};

/// How many records one thread checks.
const PER_THREAD: usize = 2_048;

/// What the inventory holds.
#[derive(Default)]
pub(crate) struct Inventory {
    /// The records that are believed, in no certain order.
    pub(crate) records: Vec<NodeRecord>,
    /// Why others are not.
    pub(crate) doubts: Vec<Doubt>,
}

impl Caller {
    /// Reads the inventory. Keys of nodes that were not known are remembered.
    ///
    /// # Errors
    /// When not all of it could be read.
    pub(crate) async fn inventory(&mut self) -> Result<Inventory, TransportError> {
        let messages = self.transport.inventory().await?;
        Ok(self.believe_all(opened(messages).await))
    }

    fn believe_all(&mut self, opened: Vec<Opened<NodeRecord>>) -> Inventory {
        let mut inventory = Inventory { records: Vec::with_capacity(opened.len()), doubts: Vec::new() };
        for record in opened {
            match record.and_then(|record| self.believe(record)) {
                Ok(record) => inventory.records.push(record),
                Err(doubt) => inventory.doubts.push(doubt),
            }
        }
        inventory
    }

    /// Whether an opened message is by the node it speaks for.
    ///
    /// # Errors
    /// When it is not.
    pub(super) fn believe<T: believe::Spoken>(
        &mut self,
        (key, spoken): (bellwether_core::fleet::keys::PublicKey, T),
    ) -> Result<T, Doubt> {
        let node = spoken.node().clone();
        let known = self.pins.get(&node).is_some();
        let spoken = believe::believe(&mut self.pins, self.strict, &self.environment, (key, spoken))?;
        if !known {
            self.new.pin(node, key);
        }
        Ok(spoken)
    }
}

async fn opened(mut messages: Vec<Vec<u8>>) -> Vec<Opened<NodeRecord>> {
    let mut checks = Vec::new();
    while !messages.is_empty() {
        let part = messages.split_off(messages.len().saturating_sub(PER_THREAD));
        checks.push(tokio::task::spawn_blocking(move || open_all(&part)));
    }
    let mut opened = Vec::new();
    for check in checks {
        opened.extend(check.await.unwrap_or_default());
    }
    opened
}
