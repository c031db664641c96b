//! The one thing a store must offer: a linearizable compare-and-swap on a job's record, and a history.
//!
//! Everything that decides what to swap is in [`crate::claim`] and shared by all stores.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::claim::{Entry, Record};
use crate::names::JobName;
use crate::text::shown;

/// Which state of a record was read. Opaque: made and compared by the store alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version(String);

impl Version {
    /// A version from the store's own text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The store's own text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a read found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Snapshot {
    /// The job's record and which state of it this is; none when the job was never claimed.
    pub current: Option<(Record, Version)>,
    /// The store's own clock, where it has one.
    pub store_time: Option<Timestamp>,
}

/// What became of a swap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swap {
    /// The record is the new one; this is its version.
    Swapped(Version),
    /// The record was not the expected one; nothing was changed.
    Conflict,
}

/// What a store is asked for, in the words that its errors begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// [`ClaimStore::read`].
    Read(&'a JobName),
    /// [`ClaimStore::swap`].
    Swap(&'a JobName),
    /// [`ClaimStore::append`].
    Append(&'a JobName),
    /// [`ClaimStore::history`].
    History,
    /// [`ClaimStore::records`].
    Records,
    /// [`ClaimStore::prune`].
    Prune,
}

impl Request<'_> {
    /// What is tried, on which store.
    pub fn to(self, store: impl fmt::Display) -> String {
        match self {
            Self::Read(job) => format!("reading job '{job}' from {store}"),
            Self::Swap(job) => format!("changing job '{job}' in {store}"),
            Self::Append(job) => format!("adding to the history of job '{job}' in {store}"),
            Self::History => format!("reading the history in {store}"),
            Self::Records => format!("reading all jobs from {store}"),
            Self::Prune => format!("removing old history from {store}"),
        }
    }
}

/// Why a store did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It could not be asked; nothing was changed.
    #[error("{what}: {why}")]
    Unavailable {
        /// What was tried, on what.
        what: String,
        /// The cause.
        why: String,
        /// What to do about it.
        remedy: String,
    },
    /// It was asked, but the answer did not come: a change may or may not have been made.
    #[error("{what}: the answer was lost: {why}")]
    AnswerLost {
        /// What was tried, on what.
        what: String,
        /// The cause.
        why: String,
        /// What to do about it.
        remedy: String,
    },
    /// It holds something this program does not understand.
    #[error("{what}: {why}")]
    Unreadable {
        /// What was read.
        what: String,
        /// Why it cannot be used.
        why: String,
        /// What to do about it.
        remedy: String,
    },
}

impl StoreError {
    /// [`StoreError::Unavailable`], of its parts.
    pub fn unavailable(what: &str, why: impl fmt::Display, remedy: impl Into<String>) -> Self {
        Self::Unavailable { what: what.to_owned(), why: why.to_string(), remedy: remedy.into() }
    }

    /// [`StoreError::AnswerLost`], of its parts.
    pub fn answer_lost(what: &str, why: impl fmt::Display, remedy: impl Into<String>) -> Self {
        Self::AnswerLost { what: what.to_owned(), why: why.to_string(), remedy: remedy.into() }
    }

    /// [`StoreError::Unreadable`], of its parts.
    pub fn unreadable(what: &str, why: impl fmt::Display, remedy: impl Into<String>) -> Self {
        Self::Unreadable { what: what.to_owned(), why: why.to_string(), remedy: remedy.into() }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        match self {
            Self::Unavailable { remedy, .. } | Self::AnswerLost { remedy, .. } | Self::Unreadable { remedy, .. } => {
                remedy
            }
        }
    }
}

/// Which part of the history is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryQuery {
    /// One job, or all.
    pub job: Option<JobName>,
    /// At most so many entries, the newest first.
    pub limit: usize,
    /// Where an earlier page ended.
    pub before: Option<Cursor>,
}

/// Where a page of history ended. Opaque: made and understood by the store alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

/// A cursor that the store it was given to cannot have made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is not where a page ended", shown(.0))]
pub struct StrangeCursor(String);

impl StrangeCursor {
    /// What to do about it.
    pub const fn remedy(&self) -> &'static str {
        "begin at the newest entry"
    }
}

impl Cursor {
    /// The number that a store made it of.
    ///
    /// # Errors
    /// When it is no number.
    pub fn number<N: FromStr>(&self) -> Result<N, StrangeCursor> {
        self.0.parse().map_err(|_| self.strange())
    }

    /// The error for a cursor that the store did not make.
    pub fn strange(&self) -> StrangeCursor {
        StrangeCursor(self.0.clone())
    }
}

/// A page of history, the newest entry first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryPage {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Where the next page begins; none at the end.
    pub next: Option<Cursor>,
}

/// Where claims and history live.
#[async_trait::async_trait]
pub trait ClaimStore: Send + Sync {
    /// Reads a job's record. A swap that was confirmed before the call began is seen.
    ///
    /// # Errors
    /// When the store cannot be read, or holds a record of a newer format.
    async fn read(&self, job: &JobName) -> Result<Snapshot, StoreError>;

    /// Replaces the record when it still is at `expected` (none: when there is no record), and appends `entries`.
    ///
    /// The entries are durable when the swap is; a crash in between may leave entries without the swap, never a
    /// swap without its entries. On a conflict they may or may not be there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it was certainly not done, [`StoreError::AnswerLost`] when that is unknown.
    async fn swap(
        &self,
        job: &JobName,
        expected: Option<&Version>,
        record: &Record,
        entries: &[Entry],
    ) -> Result<Swap, StoreError>;

    /// Appends to the history. An entry with the run and outcome of an earlier one changes nothing.
    ///
    /// # Errors
    /// When the store cannot be written.
    async fn append(&self, entry: &Entry) -> Result<(), StoreError>;

    /// Reads a page of the history.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, StoreError>;

    /// Every job's record, in order of the jobs' names.
    ///
    /// # Errors
    /// When the store cannot be read, or holds a record of a newer format; never a part of the records instead.
    async fn records(&self) -> Result<Vec<(JobName, Record)>, StoreError>;

    /// Removes the history of runs that were recorded before this instant; how many lines that were. Records stay.
    ///
    /// # Errors
    /// When the store cannot be written; a part may have been removed.
    async fn prune(&self, before: Timestamp) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_number_or_told_as_strange_in_one_line() {
        assert_eq!(Cursor("17".to_owned()).number(), Ok(17_u64));
        for text in ["", "x", "-1", "17 ", "99999999999999999999"] {
            assert!(Cursor(text.to_owned()).number::<u64>().is_err(), "{text}");
        }
        let error = Cursor("a\n\u{1b}b".to_owned()).number::<i64>().unwrap_err();
        assert_eq!(error.to_string(), "'a  b' is not where a page ended");
        assert_eq!(error.remedy(), "begin at the newest entry");
    }
}
