//! The PostgreSQL store against real servers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure here is a failed test")]

mod conformance;
mod encryption;
mod first_use;
mod outages;
mod pooler;
mod refusals;
mod round_trips;
mod wire;

use bellwether_core::claim::Record;
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, StoreError, Swap, Version};
use bellwether_engines::postgres::{PostgresOptions, PostgresStore};
use bellwether_testkit::postgres::PostgresServer;
use bellwether_testkit::store::fixtures::record;

/// The URL of a new database on the shared server.
fn new_database(name: &str) -> String {
    let server = PostgresServer::shared();
    server.create_database(name);
    server.url(name)
}

async fn connect(url: &str) -> Result<PostgresStore, StoreError> {
    PostgresStore::connect(url, PostgresOptions::default()).await
}

/// A URL with parameters more.
fn with(url: &str, parameters: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{parameters}")
}

async fn refusal(url: &str) -> StoreError {
    connect(url).await.err().unwrap_or_else(|| panic!("the store was opened"))
}

/// The record's beat; none when there is no record.
async fn beat(store: &PostgresStore, job: &JobName) -> Option<u64> {
    store.read(job).await.unwrap().current.map(|(record, _)| record.beat)
}

async fn swap_to(
    store: &PostgresStore,
    job: &JobName,
    expected: Option<&Version>,
    beat: u64,
) -> Result<Version, StoreError> {
    let new: Record = record("run-1", beat);
    match store.swap(job, expected, &new, &[]).await? {
        Swap::Swapped(version) => Ok(version),
        Swap::Conflict => panic!("the swap to beat {beat} met a conflict"),
    }
}
