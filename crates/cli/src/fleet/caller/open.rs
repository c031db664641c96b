//! The making and the end of a caller.

use std::sync::Arc;

use bellwether_core::fleet::caller::pins::Pins;
use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::CallerTransport;

use super::Caller;
use crate::failure::Failure;
use crate::fleet::known_nodes::KnownNodes;

impl Caller {
    pub(crate) fn new(
        environment: EnvironmentName,
        transport: Arc<dyn CallerTransport>,
        key: SigningKey,
        name: String,
        known: KnownNodes,
        pins: Pins,
        strict: bool,
    ) -> Self {
        Self { environment, transport, key, name, known, pins, new: Pins::default(), strict }
    }

    /// Gives back what the transport has made, and keeps the keys that were learned.
    ///
    /// # Errors
    /// When the keys cannot be kept: the next call would take others for the nodes' keys.
    pub(crate) async fn close(&self) -> Result<(), Failure> {
        self.transport.close().await;
        self.known.learn(self.new.iter())
    }
}
