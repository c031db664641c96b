//! Ctrl-C, and TERM and HUP, as timeout(1) or a session's end send them: the first ends the call with what is known, the
//! next one ends whatever is still being done then.

use bellwether_host::signals::Signals;

use crate::drain::wait::{catch_signals, told_to_end};
use crate::failure::Failure;

/// The signals that end a call.
pub(crate) struct Interrupts {
    signals: Signals,
}

impl Interrupts {
    /// Waits for the next one. Cancel-safe.
    pub(crate) async fn recv(&mut self) {
        told_to_end(&mut self.signals).await;
    }
}

/// From now on such a signal does not end the process, but is to be waited for.
///
/// # Errors
/// When the system refuses.
pub(crate) fn interrupts() -> Result<Interrupts, Failure> {
    Ok(Interrupts { signals: catch_signals()? })
}
