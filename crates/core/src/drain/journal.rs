//! The journal of a node's drain: where the node was, and what has been done so far.
//!
//! # The order of writing
//!
//! The journal is written **before** what it announces is done:
//!
//! 1. *Deregistering* is kept for every place before the first request that may take the node out of any of them.
//!    Before, nothing is done. From here on the journal says that the node is to be returned to all of these places,
//!    whether a request was sent, arrived or not.
//! 2. *Draining*, then *drained*, are kept as they are seen. A crash before loses nothing but a look: a resumed drain
//!    looks again.
//! 3. *Registering* is kept for every place before the first request that may put the node back.
//! 4. The phase *drained* or *returned* is kept when all is done. A journal that says *returned* may be removed.
//!
//! So a program that is killed between any two steps leaves a journal from which a drain goes on, or is undone: every
//! request may be repeated without harm, and no place the node was taken out of is missing from the journal.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::place::Place;
use super::standing::Standing;
use super::timing::Timing;
use crate::format::{self, Unreadable};
use crate::names::NodeId;

/// The format this program writes. A journal of a higher format is refused, never guessed at.
pub const FORMAT: u32 = 1;

/// The longest journal that is read, in bytes.
pub const LONGEST_JOURNAL: usize = 4 << 20;

/// How far a node has come in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nothing has been done.
    Planned,
    /// It is about to be deregistered, or has been.
    Deregistering,
    /// The load balancer has taken the deregistration.
    Draining,
    /// It is out.
    Drained,
    /// It is about to be registered, or has been.
    Registering,
    /// It is registered again and as well as it was before.
    Returned,
    /// The load balancer or target group was deleted meanwhile.
    Gone,
}

/// How far the drain of a node has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It is to leave all places.
    Draining,
    /// It has left all places.
    Drained,
    /// It is to return.
    Returning,
    /// It has returned; the journal has done its work.
    Returned,
}

/// One place and how far the node has come there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The place.
    pub place: Place,
    /// How the node stood there when the drain was planned. One that somebody else was already taking out is waited
    /// for, but not returned.
    pub before: Standing,
    /// What the load balancer's settings were then.
    pub timing: Timing,
    /// How far it has come.
    pub stage: Stage,
    /// Since when, by the node's clock; for people to read.
    pub since: Timestamp,
}

impl Entry {
    /// A place that nothing has been done about.
    pub fn planned(place: Place, before: Standing, timing: Timing, now: Timestamp) -> Self {
        Self { place, before, timing, stage: Stage::Planned, since: now }
    }

    /// Whether the drain itself takes the node out here, rather than somebody before it.
    pub fn is_ours(&self) -> bool {
        self.before.is_registered()
    }

    pub(super) fn advance(&mut self, stage: Stage, now: Timestamp) -> bool {
        let changed = self.stage != stage;
        if changed {
            (self.stage, self.since) = (stage, now);
        }
        changed
    }
}

/// The journal of a node's drain.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// The node.
    pub node: NodeId,
    /// The region of its load balancers.
    pub region: String,
    /// When the drain was planned, by the node's clock; for people to read.
    pub planned: Timestamp,
    /// How far it has come.
    pub phase: Phase,
    /// The places, each once.
    pub entries: Vec<Entry>,
}

/// Why kept bytes are no journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Written by a newer release.
    #[error("the journal has format {0}, this release understands {FORMAT}")]
    Newer(u32),
    /// Of a format that there never was.
    #[error("the journal is damaged: no release has written format {0}")]
    Never(u32),
    /// More than [`LONGEST_JOURNAL`] bytes.
    #[error("the journal has {0} bytes; at most {LONGEST_JOURNAL} are read")]
    TooLong(usize),
    /// A place stands there twice.
    #[error("the journal is damaged: {0} stands there twice")]
    Twice(Box<Place>),
    /// Not a journal at all.
    #[error("the journal is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
}

impl JournalError {
    /// What to do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Newer(_) => "upgrade bellwether on this node",
            Self::Never(_) | Self::TooLong(_) | Self::Twice(_) | Self::Damaged(_) => {
                "look which load balancers the node belongs to, register it there by hand, and remove the journal"
            }
        }
    }
}

impl From<Unreadable> for JournalError {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Newer(format) => Self::Newer(format),
            Unreadable::Damaged(error) => Self::Damaged(error),
        }
    }
}

/// What is kept: a journal, borrowed when it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept<J> {
    format: u32,
    journal: J,
}

impl Journal {
    /// The plan of a drain from these places; a place that is given twice counts once.
    pub fn plan(node: NodeId, region: &str, places: Vec<(Place, Standing, Timing)>, now: Timestamp) -> Self {
        let mut journal =
            Self { node, region: region.to_owned(), planned: now, phase: Phase::Draining, entries: Vec::new() };
        journal.add(places, now);
        journal
    }

    /// Adds places that the node has come to since the plan, so that a drain that goes on leaves them too; those that
    /// are known stay as they are.
    pub fn add(&mut self, places: Vec<(Place, Standing, Timing)>, now: Timestamp) {
        for (place, before, timing) in places {
            if !self.entries.iter().any(|entry| entry.place == place) {
                self.entries.push(Entry::planned(place, before, timing, now));
            }
        }
    }

    /// The journal as it is kept: JSON with its format number.
    ///
    /// # Errors
    /// Never for a journal made by this program; the encoder's error otherwise.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&Kept { format: FORMAT, journal: self })
    }

    /// Reads what [`Journal::encode`] wrote, and nothing else: unknown fields and values are errors.
    ///
    /// # Errors
    /// When the text is of a newer format, too long, or no journal.
    pub fn decode(text: &str) -> Result<Self, JournalError> {
        if text.len() > LONGEST_JOURNAL {
            return Err(JournalError::TooLong(text.len()));
        }
        let format = format::check(FORMAT, text)?;
        let Kept { journal, .. } = serde_json::from_str::<Kept<Self>>(text)?;
        if format < FORMAT {
            return Err(JournalError::Never(format));
        }
        for (index, entry) in journal.entries.iter().enumerate() {
            if journal.entries[..index].iter().any(|before| before.place == entry.place) {
                return Err(JournalError::Twice(Box::new(entry.place.clone())));
            }
        }
        Ok(journal)
    }

    /// Whether it has done its work, so that another drain may take its place. One that has not must be gone on with,
    /// or else places the node was taken out of are forgotten.
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Returned
    }

    /// The places the node may have been taken out of, and is to be returned to.
    pub fn to_return(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.is_ours() && entry.stage != Stage::Planned)
    }

    /// How long the node needs at most to leave every place by the load balancers' own settings.
    pub fn drains_within(&self) -> Duration {
        self.entries.iter().map(|entry| entry.timing.out_within()).max().unwrap_or_default()
    }
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
