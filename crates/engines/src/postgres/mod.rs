//! The store in a PostgreSQL database, for a fleet that has one.
//!
//! - `address`: what a URL says, without its password in anything that can be printed.
//! - `tls`: encryption and whom to trust.
//! - `connect`: how a connection is made, host by host.
//! - `session`: the connection that is kept, and what one call on it may take and meet.
//! - `schema`: the tables, and how they change between releases.
//! - `records`, `history`: the statements.
//! - `notes`: how a text that PostgreSQL does not take is kept.
//! - `failure`: errors in words, by SQLSTATE.
//!
//! Every call is one statement in a transaction of its own, sent with its parameters in one round trip. Nothing
//! depends on the session, so that a pooler may give each statement another one.

mod address;
mod connect;
mod failure;
mod history;
mod records;
mod schema;
mod session;
mod tls;

use std::time::Duration;

use bellwether_core::claim::{Entry, Record};
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, HistoryPage, HistoryQuery, Request, Snapshot, StoreError, Swap, Version};
use jiff::Timestamp;

use address::Address;
use session::Session;

/// The most entries one page of history holds, whatever a query asks for: a tail may have 64 KiB.
pub const LARGEST_PAGE: usize = 200;

/// How long a store waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostgresOptions {
    /// For a connection to one host, from the look-up of its name to the check of the tables. `connect_timeout` in
    /// the URL goes before it.
    pub connect_timeout: Duration,
    /// For the answer to one statement. The server is told to give up before that.
    pub call_timeout: Duration,
}

impl Default for PostgresOptions {
    /// Five seconds each.
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(5), call_timeout: Duration::from_secs(5) }
    }
}

/// A store in a PostgreSQL database.
///
/// It keeps one connection, which a call makes anew when it is lost. A call whose future is dropped may still take
/// effect.
pub struct PostgresStore {
    place: String,
    session: Session,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").field("place", &self.place).finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Connects to the database that a `postgres://` URL names, and makes the tables when there are none.
    ///
    /// The URL is that of libpq, with several hosts if need be: the first that takes writes is used. Nothing is read
    /// from the environment or a password file. `sslmode` is `prefer` unless it says otherwise:
    ///
    /// - `disable`: no encryption.
    /// - `prefer` (and `allow`): encryption where the server offers it, without a look at the certificate.
    /// - `require` (and `verify-ca`, `verify-full`): the certificate must be one the system trusts, or one that the
    ///   file of `sslrootcert=PATH` does, and be made out to the host's name. With `sslrootcert` this is the default.
    ///
    /// The tables stand in the first schema of the user's search path; `options=-csearch_path%3Dname` chooses another.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the URL makes no sense or no host can be used; [`StoreError::Unreadable`] when
    /// the tables are of a newer release.
    pub async fn connect(url: &str, options: PostgresOptions) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        let place = address.to_string();
        let session = Session::open(address, options).await?;
        Ok(Self { place, session })
    }

    /// Which servers and database, without user and password.
    pub fn place(&self) -> &str {
        &self.place
    }
}

#[async_trait::async_trait]
impl ClaimStore for PostgresStore {
    async fn read(&self, job: &JobName) -> Result<Snapshot, StoreError> {
        let what = Request::Read(job).to(&self.place);
        records::read(&self.session, job, &what).await
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
        records::swap(&self.session, job, expected, &text, entries, &what).await
    }

    async fn append(&self, entry: &Entry) -> Result<(), StoreError> {
        let what = Request::Append(&entry.job).to(&self.place);
        history::append(&self.session, entry, &what).await
    }

    async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, StoreError> {
        let what = Request::History.to(&self.place);
        history::page(&self.session, query, &what).await
    }

    async fn records(&self) -> Result<Vec<(JobName, Record)>, StoreError> {
        let what = Request::Records.to(&self.place);
        records::read_all(&self.session, &what).await
    }

    async fn prune(&self, before: Timestamp) -> Result<u64, StoreError> {
        let what = Request::Prune.to(&self.place);
        history::prune(&self.session, before, &what).await
    }
}
