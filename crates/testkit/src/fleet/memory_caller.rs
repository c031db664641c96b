//! A caller's side of the transport in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::{EnvironmentName, ReplyAddress};
use bellwether_core::fleet::transport::{Audience, CallerTransport, InventoryEntry, TransportError};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::mailbox::Mailbox;
use super::memory::{MemoryFleet, Place, failed, refuse_large};

/// A caller's side.
#[derive(Debug)]
pub struct MemoryCaller {
    fleet: MemoryFleet,
    env: EnvironmentName,
    sender: UnboundedSender<Vec<u8>>,
    mailbox: Mailbox<Vec<u8>>,
}

impl MemoryCaller {
    pub(super) fn new(fleet: MemoryFleet, env: EnvironmentName) -> Self {
        let (sender, mailbox) = unbounded_channel();
        Self { fleet, env, sender, mailbox: Mailbox::new(mailbox) }
    }

    fn listening_agents(&self) -> BTreeSet<Place> {
        let state = self.fleet.state();
        state.agents.iter().map(|(place, _)| place).filter(|(env, _)| *env == self.env).cloned().collect()
    }
}

#[async_trait]
impl CallerTransport for MemoryCaller {
    async fn listen(&self, call: RequestId, durable: bool) -> Result<ReplyAddress, TransportError> {
        let address = MemoryFleet::address(&self.env, call, durable);
        self.fleet.state().callers.push((address.clone(), self.sender.clone()));
        Ok(address)
    }

    async fn send(&self, to: Audience<'_>, durable: bool, message: &[u8]) -> Result<(), TransportError> {
        let what = "sending in memory";
        refuse_large(what, message)?;
        match to {
            Audience::Everyone if durable => {
                return Err(failed(what, "a durable request needs the names of its nodes", "name the nodes"));
            }
            Audience::Everyone => {
                for place in self.listening_agents() {
                    self.fleet.post(&place, message, None);
                }
            }
            Audience::Nodes(nodes) => {
                for node in nodes {
                    let place = (self.env.clone(), node.clone());
                    if durable {
                        self.fleet.keep(place, message);
                    } else {
                        self.fleet.post(&place, message, None);
                    }
                }
            }
        }
        Ok(())
    }

    async fn receive(&self) -> Result<Vec<u8>, TransportError> {
        self.mailbox.next().await
    }

    async fn inventory(&self) -> Result<Vec<InventoryEntry>, TransportError> {
        let state = self.fleet.state();
        let of_ours = state.inventory.iter().filter(|((env, _), _)| *env == self.env);
        Ok(of_ours.map(|((_, node), record)| InventoryEntry { node: node.clone(), record: record.clone() }).collect())
    }

    async fn results(&self, call: RequestId) -> Result<Vec<Vec<u8>>, TransportError> {
        Ok(self.fleet.state().results.get(&(self.env.clone(), call)).cloned().unwrap_or_default())
    }

    async fn close(&self) {
        self.mailbox.close();
    }
}
