//! The making and the end of a caller.

use std::sync::Arc;
use std::time::Duration;

use bellwether_core::fleet::caller::pins::Pins;
use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::CallerTransport;
use tokio::time::timeout;

use super::Caller;
use super::interrupt::Interrupts;
use super::memory::Memory;
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
        let memory = Memory::new(environment.clone(), known, pins, strict);
        Self { environment, transport, key, name, memory, console }
    }

    /// Keeps the keys that were learned, and gives back what the transport has made. What was asked for is done by now,
    /// so what fails here is a warning.
    pub(crate) async fn close(&self) {
        self.memory.keep(self.console);
        // A transport that hangs must not hold the answer that the user waits for.
        let _ = timeout(PATIENCE, self.transport.close()).await;
    }

    /// The same, ended at once by the user.
    pub(crate) async fn close_unless(&self, interrupt: &mut Interrupts) {
        tokio::select! {
            () = self.close() => {}
            () = interrupt.recv() => {}
        }
    }
}
