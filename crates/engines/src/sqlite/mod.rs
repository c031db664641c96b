//! The embedded store: one SQLite file that only this host sees.
//!
//! - `place`: which file it is, and whether it may be used.
//! - `create`: how a new file comes to be, however many processes want it at once.
//! - `connect`: how an existing file is opened, and with which settings.
//! - `schema`: the tables, and how they change between releases.
//! - `records`, `history`: the statements.
//! - `transaction`: a change, and what is known of it when it fails.
//! - `failure`: errors in words.

mod connect;
mod create;
mod failure;
mod history;
mod place;
mod records;
mod schema;
mod transaction;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bellwether_core::claim::{Entry, Record};
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, HistoryPage, HistoryQuery, Request, Snapshot, StoreError, Swap, Version};
use jiff::Timestamp;
use rusqlite::Connection;
use tokio::sync::Mutex;
use tokio::task::JoinError;

use connect::Database;
use place::Place;

/// The most entries one page of history holds, whatever a query asks for: a tail may have 64 KiB.
pub const LARGEST_PAGE: usize = 1_000;

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqliteOptions {
    /// How long a call waits for other processes that use the file; at most an hour.
    pub busy_timeout: Duration,
}

impl Default for SqliteOptions {
    /// Five seconds of patience.
    fn default() -> Self {
        Self { busy_timeout: Duration::from_secs(5) }
    }
}

/// The database file in a directory for state.
pub fn default_path(state_dir: &Path) -> PathBuf {
    state_dir.join("bellwether.db")
}

/// A store in a file. Any number of processes may have the same file open.
///
/// Each call does its work on a thread for blocking work, so that a file that others keep busy does not stop the
/// runtime. A call whose future is dropped still runs to its end.
pub struct SqliteStore {
    path: PathBuf,
    database: Arc<Mutex<Database>>,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the store in a file. A missing file, or an empty one, becomes a new store; missing directories are
    /// made, for this user alone.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be made or used; [`StoreError::Unreadable`] when it is not
    /// one of ours, or of a newer release. A file that is refused is not changed.
    pub async fn open(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        let wanted = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            let place = Place::at(&wanted)?;
            let database = connect::open(&place, options.busy_timeout.min(Duration::from_secs(3_600)))?;
            Ok((place, database))
        });
        let (place, database) = opened
            .await
            .unwrap_or_else(|error| Err(failure::stopped_reading(&format!("opening {}", path.display()), &error)))?;
        Ok(Self { path: place.file().to_owned(), database: Arc::new(Mutex::new(database)) })
    }

    /// The database file, with the links in the directories above it resolved.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` on the connection, away from the runtime's own thread.
    async fn with_connection<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Result<T, StoreError>, JoinError> {
        let mut database = Arc::clone(&self.database).lock_owned().await;
        tokio::task::spawn_blocking(move || work(&mut database.connection)).await
    }
}

#[async_trait::async_trait]
impl ClaimStore for SqliteStore {
    async fn read(&self, job: &JobName) -> Result<Snapshot, StoreError> {
        let what = Request::Read(job).to(self.path.display());
        let (job, told) = (job.clone(), what.clone());
        let read = self.with_connection(move |connection| records::read(connection, &job, &told)).await;
        read.unwrap_or_else(|error| Err(failure::stopped_reading(&what, &error)))
    }

    async fn swap(
        &self,
        job: &JobName,
        expected: Option<&Version>,
        record: &Record,
        entries: &[Entry],
    ) -> Result<Swap, StoreError> {
        let what = Request::Swap(job).to(self.path.display());
        let text = record.encode().map_err(|error| StoreError::unavailable(&what, error, failure::RUN_AGAIN))?;
        let change =
            records::Change { job: job.clone(), expected: expected.cloned(), record: text, entries: entries.to_vec() };
        let told = what.clone();
        let swapped = self.with_connection(move |connection| records::swap(connection, &change, &told)).await;
        swapped.unwrap_or_else(|error| Err(failure::stopped_writing(&what, &error)))
    }

    async fn append(&self, entry: &Entry) -> Result<(), StoreError> {
        let what = Request::Append(&entry.job).to(self.path.display());
        let (entry, told) = (entry.clone(), what.clone());
        let appended = self.with_connection(move |connection| history::append(connection, &entry, &told)).await;
        appended.unwrap_or_else(|error| Err(failure::stopped_writing(&what, &error)))
    }

    async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, StoreError> {
        let what = Request::History.to(self.path.display());
        let (query, told) = (query.clone(), what.clone());
        let page = self.with_connection(move |connection| history::page(connection, &query, &told)).await;
        page.unwrap_or_else(|error| Err(failure::stopped_reading(&what, &error)))
    }

    async fn records(&self) -> Result<Vec<(JobName, Record)>, StoreError> {
        let what = Request::Records.to(self.path.display());
        let told = what.clone();
        let records = self.with_connection(move |connection| records::read_all(connection, &told)).await;
        records.unwrap_or_else(|error| Err(failure::stopped_reading(&what, &error)))
    }

    async fn prune(&self, before: Timestamp) -> Result<u64, StoreError> {
        let what = Request::Prune.to(self.path.display());
        let told = what.clone();
        let pruned = self.with_connection(move |connection| history::prune(connection, before, &told)).await;
        pruned.unwrap_or_else(|error| Err(failure::stopped_writing(&what, &error)))
    }
}
