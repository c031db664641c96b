//! Ctrl-C: the first ends the call with what is known, the next one ends whatever is still being done then.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// From now on an interrupt does not end the process, but is to be waited for.
///
/// # Errors
/// When the system refuses.
pub(crate) fn interrupts() -> Result<Signal, Failure> {
    signal(SignalKind::interrupt())
        .map_err(|error| Failure::unavailable(format!("cannot wait for an interrupt: {error}")))
}
