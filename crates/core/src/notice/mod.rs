//! Signs that this node is about to leave: what they say, how many sources make one view, what has been acted on, and
//! when to ask again.

pub mod clonesquad;
mod error;
mod heartbeat;
mod key;
mod ledger;
mod pace;
mod source;
mod state;
mod view;
mod word;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use error::{NoticeError, NoticeErrorKind};
pub use heartbeat::{Heartbeats, NextHeartbeat, longest_hold};
pub use key::NoticeKey;
pub use ledger::Ledger;
pub use pace::Pace;
pub use source::NoticeSource;
pub use state::NodeState;
pub use view::{Changes, View};
pub use word::{Word, WordError};

/// How long a notice is the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lasting {
    /// As long as the node is in this state; a state that is entered again is acted on again.
    WhileInState,
    /// For ever: the notice has an id or a time of its own, and is acted on once even when its source forgets it for
    /// a while.
    ForEver,
}

/// A sign of what this node is about to do, from one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The source that gave it.
    pub source: Word,
    /// The same for the same sign, in every answer of the source and after a restart.
    pub key: NoticeKey,
    /// How long it is the same notice.
    pub lasting: Lasting,
    /// The state the node is in, or is brought to.
    pub state: NodeState,
    /// The source's own word for that state, such as CloneSquad's `bounced` or `instance-retirement`.
    pub said: Word,
    /// When it happens at the earliest, where the source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// What else the source tells, for people to read; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Notice {
    /// The state a source says the node is in.
    pub fn of_state(source: &Word, state: NodeState, said: Word) -> Self {
        let key = NoticeKey::of(&[source, &said]);
        Self::new(source, key, Lasting::WhileInState, state, said)
    }

    /// Something that will happen once; `id` tells it from all others of its source.
    pub fn of_event(source: &Word, state: NodeState, said: Word, id: &Word) -> Self {
        let key = NoticeKey::of(&[source, &said, id]);
        Self::new(source, key, Lasting::ForEver, state, said)
    }

    fn new(source: &Word, key: NoticeKey, lasting: Lasting, state: NodeState, said: Word) -> Self {
        Self { source: source.clone(), key, lasting, state, said, deadline: None, detail: String::new() }
    }

    /// The same, with the time at which it happens.
    #[must_use]
    pub fn at(self, deadline: Timestamp) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// The same, with more for people to read.
    #[must_use]
    pub fn because(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// The notice as it counts at a moment. What is scheduled becomes a stop, with a key of its own, when there is no
    /// more time left than `lead`: until then nobody need hurry.
    #[must_use]
    pub fn as_of(self, now: Timestamp, lead: SignedDuration) -> Self {
        match (self.state, self.deadline) {
            (NodeState::Scheduled, Some(deadline)) if deadline.duration_since(now) <= lead => {
                let key = self.key.brought_forward_to(deadline);
                Self { key, state: NodeState::Stopping, lasting: Lasting::ForEver, ..self }
            }
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Word {
        Word::new(text).unwrap()
    }

    fn scheduled() -> Notice {
        let id = word("instance-event-1");
        Notice::of_event(&word("maintenance"), NodeState::Scheduled, word("instance-stop"), &id)
            .at("2026-11-21T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn keys_are_made_of_source_state_and_id() {
        let state = Notice::of_state(&word("asg"), NodeState::Terminating, word("Terminated"));
        assert_eq!(state.key.as_str(), "asg/Terminated");
        assert_eq!(scheduled().key.as_str(), "maintenance/instance-stop/instance-event-1");
    }

    #[test]
    fn a_scheduled_stop_is_a_stop_when_its_time_is_near() {
        let (early, late) = ("2026-11-21T09:00:00Z".parse().unwrap(), "2026-11-21T09:50:00Z".parse().unwrap());
        let lead = SignedDuration::from_mins(10);
        assert_eq!(scheduled().as_of(early, lead), scheduled());
        let near = scheduled().as_of(late, lead);
        assert_eq!(near.state, NodeState::Stopping);
        assert_ne!(near.key, scheduled().key);
        let after: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        assert_eq!(scheduled().as_of(after, lead), near, "and it stays the same one");
    }

    #[test]
    fn a_stop_put_off_is_another_stop() {
        let lead = SignedDuration::from_mins(10);
        let put_off = scheduled().at("2026-12-01T10:00:00Z".parse().unwrap());
        let near = |notice: Notice| {
            let deadline = notice.deadline.unwrap();
            notice.as_of(deadline, lead).key
        };
        assert_eq!(put_off.key, scheduled().key, "announced once");
        assert_ne!(near(put_off), near(scheduled()), "acted on each time it comes near");
    }

    #[test]
    fn other_notices_do_not_wait_for_their_time() {
        let spot = Notice::of_event(&word("spot"), NodeState::Terminating, word("terminate"), &word("x"))
            .at("2026-11-21T10:00:00Z".parse().unwrap());
        assert_eq!(spot.clone().as_of("2026-11-01T00:00:00Z".parse().unwrap(), SignedDuration::ZERO), spot);
    }
}
