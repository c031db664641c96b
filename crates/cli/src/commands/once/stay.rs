//! How a wrapper that only waits for its notices is told not to.

use bellwether_host::signals::{Signal, Signals};

/// Waits for a signal that asks for the end. The command, which USR1 and USR2 are for, has ended.
pub(super) async fn told_to_end(signals: &mut Signals) {
    while matches!(signals.next().await, Signal::SIGUSR1 | Signal::SIGUSR2) {}
}
