//! The line on a terminal that says how far a long call is.

use std::time::Duration;

use bellwether_core::fleet::caller::call::Call;
use bellwether_core::time::Mono;
use bellwether_host::clock;

use crate::render::console::Console;

/// How long nothing is said: most calls are over by then, and where lines come all the time they say enough.
const QUIET: Duration = Duration::from_secs(1);

/// Writes the line and takes it away.
pub(super) struct Progress {
    console: Console,
    quiet_since: Mono,
    shown: bool,
}

impl Progress {
    pub(super) fn new(console: Console) -> Self {
        Self { console, quiet_since: clock::mono(), shown: false }
    }

    /// Says how far the call is, unless something else was said just now.
    pub(super) fn show(&mut self, call: &Call) {
        if self.console.shows_progress() && clock::mono().since(self.quiet_since) >= QUIET {
            self.console.progress(&format!("{} of {} have ended", call.ended(), call.nodes().count()));
            self.shown = true;
        }
    }

    /// Makes room for other lines.
    pub(super) fn clear(&mut self) {
        if self.shown {
            self.console.progress("");
            self.shown = false;
        }
        if self.console.shows_progress() {
            self.quiet_since = clock::mono();
        }
    }
}
