//! An agent's side of the transport in memory.

use async_trait::async_trait;
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::ReplyAddress;
use bellwether_core::fleet::transport::{AgentTransport, Delivery, Receipt, TransportError};
use tokio::sync::mpsc::unbounded_channel;

use super::mailbox::Mailbox;
use super::memory::{Mail, MemoryFleet, Place, failed, refuse_large};

/// An agent's side.
#[derive(Debug)]
pub struct MemoryAgent {
    fleet: MemoryFleet,
    place: Place,
    mailbox: Mailbox<Mail>,
}

impl MemoryAgent {
    pub(super) fn new(fleet: MemoryFleet, place: Place) -> Self {
        let (sender, mailbox) = unbounded_channel();
        {
            let mut state = fleet.state();
            for (number, (waiting, message)) in &state.waiting {
                if *waiting == place {
                    sender.send((message.clone(), Some(*number))).unwrap();
                }
            }
            state.agents.push((place.clone(), sender));
        }
        Self { fleet, place, mailbox: Mailbox::new(mailbox) }
    }
}

#[async_trait]
impl AgentTransport for MemoryAgent {
    async fn receive(&self) -> Result<Delivery, TransportError> {
        let (message, number) = self.mailbox.next().await?;
        Ok(Delivery { message, receipt: Receipt(number.map(|number| number.to_string()).unwrap_or_default()) })
    }

    async fn settle(&self, receipt: &Receipt) -> Result<(), TransportError> {
        if let Ok(number) = receipt.0.parse() {
            self.fleet.state().waiting.remove(&number);
        }
        Ok(())
    }

    fn accepts(&self, to: &ReplyAddress, call: RequestId, durable: bool) -> bool {
        *to == MemoryFleet::address(&self.place.0, call, durable)
    }

    async fn reply(
        &self,
        to: &ReplyAddress,
        call: RequestId,
        durable: bool,
        message: &[u8],
    ) -> Result<(), TransportError> {
        let what = "replying in memory";
        refuse_large(what, message)?;
        if !self.accepts(to, call, durable) {
            return Err(failed(what, "the address is not that of this call", "take the caller's key away"));
        }
        if durable {
            let call = (self.place.0.clone(), call);
            self.fleet.state().results.entry(call).or_default().push(message.to_vec());
        }
        self.fleet.answer(to, message, durable);
        Ok(())
    }

    async fn announce(&self, record: &[u8]) -> Result<(), TransportError> {
        refuse_large("announcing in memory", record)?;
        self.fleet.state().inventory.insert(self.place.clone(), record.to_vec());
        Ok(())
    }

    async fn close(&self) {
        self.mailbox.close();
    }
}
