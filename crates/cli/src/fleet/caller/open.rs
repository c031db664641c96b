//! The making and the end of a caller.

use std::sync::Arc;
use std::time::Duration;

use bellwether_core::fleet::caller::pins::Pins;
use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::CallerTransport;
use bellwether_core::names::NodeId;
use tokio::signal::unix::Signal;
use tokio::time::timeout;

use super::Caller;
use crate::failure::Failure;
use crate::fleet::audience::{count, names};
use crate::fleet::known_nodes::KnownNodes;
use crate::render::console::Console;

/// How long giving back may take: what is left then is found and removed by `agent --clean`.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whom a caller believes when a call begins.
pub(crate) struct Beliefs {
    /// Where the nodes' keys are kept.
    pub(crate) known: KnownNodes,
    /// The keys that were there.
    pub(crate) pins: Pins,
    /// Whether nobody else is believed.
    pub(crate) strict: bool,
}

impl Caller {
    pub(crate) fn new(
        environment: EnvironmentName,
        transport: Arc<dyn CallerTransport>,
        key: SigningKey,
        name: String,
        beliefs: Beliefs,
        console: Console,
    ) -> Self {
        let Beliefs { known, pins, strict } = beliefs;
        Self { environment, transport, key, name, known, pins, new: Pins::default(), strict, console }
    }

    /// Keeps the keys that were learned, and gives back what the transport has made.
    ///
    /// # Errors
    /// When the keys cannot be kept: the next call would take others for the nodes' keys.
    pub(crate) async fn close(&self) -> Result<(), Failure> {
        let kept = self.known.learn(self.new.iter());
        let new: Vec<NodeId> = self.new.iter().map(|(node, _)| node.clone()).collect();
        if !new.is_empty() {
            self.console.notice(&format!("{} seen for the first time: {}", count(new.len()), names(&new)));
        }
        // A transport that hangs must not hold the answer that the user waits for.
        let _ = timeout(PATIENCE, self.transport.close()).await;
        kept
    }

    /// The same, ended at once by the user.
    ///
    /// # Errors
    /// As those of [`Caller::close`].
    pub(crate) async fn close_unless(&self, interrupt: &mut Signal) -> Result<(), Failure> {
        tokio::select! {
            closed = self.close() => closed,
            _ = interrupt.recv() => Ok(()),
        }
    }
}
