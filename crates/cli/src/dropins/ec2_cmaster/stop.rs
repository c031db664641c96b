//! Being told to stop.

use bellwether_host::signals::{Signal, Signals};

use crate::failure::Failure;

/// The signals that stop the master in an orderly way.
pub(super) struct Stop(Signals);

impl Stop {
    /// Catches signals from now on.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub(super) fn install() -> Result<Self, Failure> {
        Signals::install().map(Self).map_err(|error| Failure::unavailable(format!("signals cannot be caught: {error}")))
    }

    /// Waits until somebody asks to stop. Cancel-safe.
    pub(super) async fn asked(&mut self) {
        while matches!(self.0.next().await, Signal::SIGUSR1 | Signal::SIGUSR2) {}
    }
}
