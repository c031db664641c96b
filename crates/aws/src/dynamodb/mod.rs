//! The DynamoDB store: claims and history in one table.
//!
//! - `keys`: what is where in the table, and why. `items`: how it is written down.
//! - `read`, `write`: the requests. A read, a change of the record with its entries, and an append are one each.
//! - `history`: its pages. `prune`: its removal.
//! - `create`: the table itself.
//! - `session`: the clients. `failure`: errors in words.

mod create;
mod failure;
mod history;
mod items;
mod keys;
mod prune;
mod read;
mod session;
mod write;

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_async::time::{SystemTimeSource, TimeSource};
use bellwether_core::claim::{Entry, Record};
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, HistoryPage, HistoryQuery, Request, Snapshot, StoreError, Swap, Version};
use jiff::Timestamp;

use crate::client::{Aws, Ready};
pub use create::Created;
pub(crate) use create::Shape;
use failure::{Trouble, not_ready, unwritable};
use keys::Line;
use session::Session;
use write::{Change, EntryItems, RecordChange, Written};

/// How long entries of the history are kept, where nothing else is said.
const HISTORY_KEPT: Duration = Duration::from_secs(90 * 24 * 3_600);

/// A store in a DynamoDB table. Any number of hosts may use the same table.
pub struct DynamoStore {
    aws: Aws,
    table: String,
    region: String,
    history_kept: Option<Duration>,
    session: Mutex<Arc<Session>>,
}

impl fmt::Debug for DynamoStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoStore").field("table", &self.table).field("region", &self.region).finish_non_exhaustive()
    }
}

impl Aws {
    /// The store in a table. Region and credentials are found; the table is not asked for anything yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when this can be no table's name, or there are no region or credentials.
    pub async fn claim_store(&self, table: &str) -> Result<DynamoStore, StoreError> {
        let what = format!("opening {}", named(table));
        check_name(table, &what)?;
        let ready = self.ready(None).await.map_err(|error| not_ready(&what, error))?;
        let session = Session::open(self, table, &ready).await.map_err(|error| not_ready(&what, error))?;
        Ok(DynamoStore {
            aws: self.clone(),
            table: table.to_owned(),
            region: ready.region,
            history_kept: Some(HISTORY_KEPT),
            session: Mutex::new(Arc::new(session)),
        })
    }
}

/// The store as `--store` takes it.
fn named(table: &str) -> String {
    format!("dynamodb:{}", crate::text::shown(table))
}

fn check_name(table: &str, what: &str) -> Result<(), StoreError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if (3..=255).contains(&table.len()) && table.bytes().all(allowed) {
        return Ok(());
    }
    Err(StoreError::Unavailable {
        what: what.to_owned(),
        why: "this cannot be a table's name".to_owned(),
        remedy: "name a table with 3 to 255 letters, digits, '_', '-' and '.'".to_owned(),
    })
}

impl DynamoStore {
    /// Keeps new entries of the history so long, 90 days when this is not called; none: until they are pruned.
    #[must_use]
    pub fn keep_history(mut self, kept: Option<Duration>) -> Self {
        self.history_kept = kept;
        self
    }

    /// The session for credentials that hold: a job may run for longer than those it began with.
    async fn session(&self, what: &str) -> Result<Arc<Session>, StoreError> {
        let ready = self.aws.ready(Some(&self.region)).await.map_err(|error| not_ready(what, error))?;
        match self.current(&ready) {
            Some(session) => Ok(session),
            None => {
                let session = Session::open(&self.aws, &self.table, &ready).await;
                let session = Arc::new(session.map_err(|error| not_ready(what, error))?);
                *self.session.lock().unwrap_or_else(PoisonError::into_inner) = session.clone();
                Ok(session)
            }
        }
    }

    fn current(&self, ready: &Ready) -> Option<Arc<Session>> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (session.credentials == ready.credentials.credentials).then_some(session)
    }

    /// The items of entries, each run and outcome once, in the order given.
    fn entry_items(&self, entries: &[Entry]) -> Result<Vec<EntryItems>, Trouble> {
        // The clients sign with the time of the same clock.
        let now = Timestamp::try_from(SystemTimeSource::new().now()).map_err(unwritable)?;
        // What would expire beyond all time is kept.
        let expires = self.history_kept.and_then(|kept| now.checked_add(kept).ok());
        let mut seen = HashSet::new();
        let mut kept = Vec::with_capacity(entries.len());
        for (position, entry) in entries.iter().enumerate() {
            if seen.insert((&entry.job, &entry.run_id, entry.outcome)) {
                let line = items::line(&Line::of(entry, now, position), entry.recorded, expires);
                kept.push(EntryItems { entry: items::entry(entry, expires).map_err(unwritable)?, line });
            }
        }
        Ok(kept)
    }
}

/// The number of a version; none for one that was not made here.
fn number(version: &Version) -> Option<u64> {
    version.as_str().parse().ok()
}

#[async_trait::async_trait]
impl ClaimStore for DynamoStore {
    async fn read(&self, job: &JobName) -> Result<Snapshot, StoreError> {
        let what = Request::Read(job).to(named(&self.table));
        let session = self.session(&what).await?;
        let read = async {
            let (item, store_time) = session.record(job).await?;
            let current = item.as_ref().map(items::read_record).transpose()?;
            Ok(Snapshot { current, store_time })
        };
        read.await.map_err(|trouble| session.reading(&what, trouble))
    }

    async fn swap(
        &self,
        job: &JobName,
        expected: Option<&Version>,
        record: &Record,
        entries: &[Entry],
    ) -> Result<Swap, StoreError> {
        let what = Request::Swap(job).to(named(&self.table));
        let expected = match expected.map(number) {
            None => None,
            Some(Some(version)) => Some(version),
            // The record cannot be at it.
            Some(None) => return Ok(Swap::Conflict),
        };
        let session = self.session(&what).await?;
        let version = expected.unwrap_or_default().wrapping_add(1);
        let swap = async {
            let text = record.encode().map_err(unwritable)?;
            let record = RecordChange { item: items::record(job, version, text), expected };
            let mut jobs: BTreeSet<JobName> = entries.iter().map(|entry| entry.job.clone()).collect();
            // The name of a job comes with its first record.
            match expected {
                None => jobs.insert(job.clone()),
                Some(_) => jobs.remove(job),
            };
            let change = Change { record: Some(record), entries: self.entry_items(entries)?, jobs };
            session.write(change).await
        };
        match swap.await.map_err(|trouble| session.writing(&what, trouble))? {
            Written::Made => Ok(Swap::Swapped(Version::new(version.to_string()))),
            Written::Conflict => Ok(Swap::Conflict),
        }
    }

    async fn append(&self, entry: &Entry) -> Result<(), StoreError> {
        let what = Request::Append(&entry.job).to(named(&self.table));
        let session = self.session(&what).await?;
        let append = async {
            let entries = self.entry_items(std::slice::from_ref(entry))?;
            session.write(Change { record: None, entries, jobs: BTreeSet::from([entry.job.clone()]) }).await
        };
        append.await.map(|_| ()).map_err(|trouble| session.writing(&what, trouble))
    }

    async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, StoreError> {
        let what = Request::History.to(named(&self.table));
        let session = self.session(&what).await?;
        history::page(&session, query).await.map_err(|trouble| session.reading(&what, trouble))
    }

    async fn records(&self) -> Result<Vec<(JobName, Record)>, StoreError> {
        let what = Request::Records.to(named(&self.table));
        let session = self.session(&what).await?;
        session.records().await.map_err(|trouble| session.reading(&what, trouble))
    }

    async fn prune(&self, before: Timestamp) -> Result<u64, StoreError> {
        let what = Request::Prune.to(named(&self.table));
        let session = self.session(&what).await?;
        session.prune(before).await.map_err(|trouble| session.writing(&what, trouble))
    }
}
