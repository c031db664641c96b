//! What is built on NATS servers: a store, in a key-value bucket of JetStream with the records and a stream with the
//! history; and [`fleet`], the transport of commands.
//!
//! - `servers`, `place`: which servers and bucket a URL names.
//! - `link`: the connection, and what is known of a request that failed. `obstacle`: why there is no connection.
//! - `api`: JetStream's requests and answers.
//! - `release`, `bucket`, `warnings`: opening the streams, and how safe they are. `making`, `new_stream`: making them.
//! - `keys`: the subjects of records and entries.
//! - `records`: reads and swaps.
//! - `entry`, `history`, `prune`: the history.
//! - `scan`: reading many messages.
//! - `failure`: errors in words.
//!
//! A read is one request, and so are a swap without entries and an append. A swap with entries is two, one after the
//! other: bucket and history are two streams, which servers do not change together, and the swap must not be there
//! without its entries. Those swaps end a run or give one up; a swap that only claims a tick or starts a command has none.

mod api;
mod bucket;
mod clock;
mod entry;
mod failure;
pub mod fleet;
mod history;
mod keys;
mod link;
mod making;
mod new_stream;
mod obstacle;
mod place;
mod prune;
mod records;
mod release;
mod scan;
mod servers;
mod warnings;

use std::path::PathBuf;
use std::time::Duration;

use bellwether_core::claim::{Entry, Record};
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, HistoryPage, HistoryQuery, Request, Snapshot, StoreError, Swap, Version};
use jiff::Timestamp;

use keys::Keys;
use link::Link;
use place::Place;
use release::Release;

/// The most entries one page of history holds, whatever a query asks for: a tail may have 64 KiB.
pub const LARGEST_PAGE: usize = 1_000;

/// How a store is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsOptions {
    /// How long a request may take, with connecting where that is needed; from 10 ms to an hour. Making a bucket and
    /// removing old history may take longer.
    pub timeout: Duration,
    /// The certificates, as PEM, by which servers are known with `tls://`; none: those of the system.
    pub ca_file: Option<PathBuf>,
}

impl Default for NatsOptions {
    /// Two seconds of patience, and the system's certificates.
    fn default() -> Self {
        Self { timeout: Duration::from_secs(2), ca_file: None }
    }
}

/// A store in a bucket. Any number of processes may use the same bucket.
///
/// Snapshots have the store's time where the server is of release 2.10 or later; older ones do not tell it.
pub struct NatsStore {
    place: Place,
    store: Store,
    warnings: Vec<String>,
}

/// What the parts need: the connection and the names.
struct Store {
    link: Link,
    keys: Keys,
    /// Whether the server says what its clock shows.
    tells_time: bool,
}

impl std::fmt::Debug for NatsStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NatsStore").field("place", &self.place.to_string()).finish_non_exhaustive()
    }
}

impl NatsStore {
    /// Opens the store at `nats://[USER:PASSWORD@|TOKEN@]HOST[:PORT][,HOST[:PORT]...]/BUCKET`, or `tls://` for TLS.
    /// What credentials hold of `@`, `:`, `/` and `%` is written as %40, %3A, %2F and %25. A missing bucket is made,
    /// with three copies where there are servers for them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the servers cannot be reached or cannot keep claims;
    /// [`StoreError::Unreadable`] when the bucket is made for something else; [`StoreError::AnswerLost`] when the
    /// bucket may have been made.
    pub async fn connect(url: &str, options: NatsOptions) -> Result<Self, StoreError> {
        let place = Place::parse(url)?;
        let what = format!("opening {place}");
        let (link, keys) = (link(&place, options, &what)?, Keys::new(&place.bucket));
        let connection = link.connected().await.map_err(|failure| failure::reading(&what, &failure))?;
        let release = Release::new(&connection.client.server_info().version);
        let bucket = bucket::open(&link, &keys, &release, &what).await?;
        let warnings = warnings::warnings(&place, &keys, &release, &bucket);
        let store = Store { link, keys, tells_time: bucket.records.tells_time() };
        Ok(Self { place, store, warnings })
    }

    /// What may cost claims or keep jobs from running, each with what to do about it; as it was when the store was
    /// opened.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }
}

fn link(place: &Place, options: NatsOptions, what: &str) -> Result<Link, StoreError> {
    let link = Link::new(&place.servers, options, link::MOST_UNREAD);
    link.map_err(|error| StoreError::unavailable(what, error, failure::RUN_AGAIN))
}

#[async_trait::async_trait]
impl ClaimStore for NatsStore {
    async fn read(&self, job: &JobName) -> Result<Snapshot, StoreError> {
        records::read(&self.store, job, &Request::Read(job).to(&self.place)).await
    }

    async fn swap(
        &self,
        job: &JobName,
        expected: Option<&Version>,
        record: &Record,
        entries: &[Entry],
    ) -> Result<Swap, StoreError> {
        let what = Request::Swap(job).to(&self.place);
        let text = record.encode().map_err(|error| StoreError::unavailable(&what, error, failure::RUN_AGAIN))?;
        history::append(&self.store, entries, &what).await.map_err(not_swapped)?;
        records::swap(&self.store, job, expected, text, &what).await
    }

    async fn append(&self, entry: &Entry) -> Result<(), StoreError> {
        let what = Request::Append(&entry.job).to(&self.place);
        history::append(&self.store, std::slice::from_ref(entry), &what).await
    }

    async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, StoreError> {
        history::page(&self.store, query, &Request::History.to(&self.place)).await
    }

    async fn records(&self) -> Result<Vec<(JobName, Record)>, StoreError> {
        records::read_all(&self.store, &Request::Records.to(&self.place)).await
    }

    async fn prune(&self, before: Timestamp) -> Result<u64, StoreError> {
        prune::prune(&self.store, before, &Request::Prune.to(&self.place)).await
    }
}

/// A swap whose entries could not be added was not made, whether or not some of them are there now.
fn not_swapped(error: StoreError) -> StoreError {
    match error {
        StoreError::AnswerLost { what, why, remedy } => StoreError::Unavailable { what, why, remedy },
        error => error,
    }
}
