//! The copies of a command, by which replies to it are told from those to others.

use std::collections::BTreeSet;

use super::super::message::Reply;
use super::super::names::MessageId;

/// The copies of one command.
#[derive(Debug, Clone)]
pub struct Copies {
    ids: BTreeSet<MessageId>,
    ts: f64,
}

impl Copies {
    /// Those with these ids, of the command that was sent at this time of its own clock.
    pub fn new(ids: impl IntoIterator<Item = MessageId>, ts: f64) -> Self {
        Self { ids: ids.into_iter().collect(), ts }
    }

    /// Whether a reply is to one of them.
    ///
    /// A try to send whose answer was lost leaves copies whose ids nobody told us. The first reply to such a one gives
    /// back the time at which it was sent, to the microsecond, and so makes its id known.
    pub fn has(&mut self, reply: &Reply) -> bool {
        if self.ids.contains(&reply.msg_id) {
            return true;
        }
        let is_ours = !reply.mode.runs_something() && reply.output.parse() == Ok(self.ts);
        if is_ours {
            self.ids.insert(reply.msg_id.clone());
        }
        is_ours
    }
}
