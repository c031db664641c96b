//! What to look for when nobody answers although nodes are there: agents do not answer whom they do not believe.

use bellwether_core::fleet::caller::call::{Call, Ending, Progress};
use bellwether_core::names::NodeId;

use super::Caller;
use crate::render::console::Console;

impl Caller {
    /// Says what to check when none of those answered that are there.
    pub(crate) fn tell_unheard(&self, present: &[NodeId], call: &Call, console: Console) {
        if nobody_answered(present, call) {
            console.hint(&format!(
                "no node answered, and agents do not answer a caller whom they do not believe. Check that their callers.toml \
                 has this caller's key, {} (there: 'bellwether keys trust NAME KEY'), that the clocks agree, and that \
                 '{}' is the environment that is meant",
                self.key.public(),
                self.environment
            ));
        }
    }
}

/// Whether nodes that are there were asked, and neither they nor any others answered.
fn nobody_answered(present: &[NodeId], call: &Call) -> bool {
    let unheard = |progress: &Progress| matches!(progress, Progress::Waiting | Progress::Ended(Ending::Silent));
    let was_asked = |node: &NodeId| matches!(call.progress(node), Some(Progress::Ended(Ending::Silent)));
    present.iter().any(was_asked) && call.nodes().all(|(_, progress)| unheard(progress))
}
