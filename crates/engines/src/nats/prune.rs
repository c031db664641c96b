//! Removing old history.
//!
//! The entries' own times decide, and those are nodes' clocks: nearly but not quite in the order of the stream. What
//! is old from the beginning on is removed with one request; what is old behind a newer entry, one by one.

use std::time::Duration;

use bellwether_core::store::StoreError;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Store;
use super::api;
use super::failure::{self, DAMAGED, Failure};
use super::history::{RECORDED, is_gone, last};
use super::scan::{Content, Found, Scan};

/// A purge rewrites files of the server.
const PURGE_LIMIT: Duration = Duration::from_secs(60);
/// How many entries are removed at once, one by one.
const IN_FLIGHT: usize = 16;

#[derive(Deserialize)]
struct Purged {
    purged: u64,
}

/// What is removed one by one.
#[derive(Default)]
struct Scattered {
    waiting: Vec<u64>,
    removed: u64,
}

/// Removes the entries that were recorded before an instant; how many there were.
pub(super) async fn prune(store: &Store, before: Timestamp, what: &str) -> Result<u64, StoreError> {
    let failed = |failure: Failure| failure::changing(what, &failure);
    // What is added from now on is left for another time: else there might be no end.
    let Some(end) = last(store).await.map_err(failed)? else { return Ok(0) };
    let (stream, filter) = (store.keys.history_stream(), store.keys.all_history());
    let mut scan = Scan::open(&store.link, &stream, &filter, 1, end, Content::Headers).await.map_err(failed)?;
    let mut last_of_the_beginning = None;
    let mut is_beginning = true;
    let mut scattered = Scattered::default();
    while let Some(found) = scan.next().await.map_err(failed)? {
        if found.sequence > end {
            break;
        }
        match (recorded(&found, what)? < before, is_beginning) {
            (true, true) => last_of_the_beginning = Some(found.sequence),
            (true, false) => scattered.add(store, found.sequence).await.map_err(failed)?,
            (false, _) => is_beginning = false,
        }
    }
    scan.close().await;
    scattered.remove(store).await.map_err(failed)?;
    let purged = match last_of_the_beginning {
        Some(sequence) => purge_through(store, sequence).await.map_err(failed)?,
        None => 0,
    };
    Ok(purged + scattered.removed)
}

fn recorded(found: &Found, what: &str) -> Result<Timestamp, StoreError> {
    let time = found.headers.get(RECORDED).and_then(|time| time.as_str().parse().ok());
    time.ok_or_else(|| {
        let why = format!("the message at {} of the history does not tell when it was recorded", found.sequence);
        StoreError::unreadable(what, why, DAMAGED)
    })
}

/// Removes everything up to a sequence, and that too. What the server is told is where the rest begins: at 2 or later,
/// for it takes a beginning of 0 or 1 as an order to remove all there is.
async fn purge_through(store: &Store, last: u64) -> Result<u64, Failure> {
    let rest = last.saturating_add(1).max(2);
    let action = format!("STREAM.PURGE.{}", store.keys.history_stream());
    let Purged { purged } = api::order(&store.link, PURGE_LIMIT, &action, &json!({ "seq": rest })).await?;
    Ok(purged)
}

impl Scattered {
    async fn add(&mut self, store: &Store, sequence: u64) -> Result<(), Failure> {
        self.waiting.push(sequence);
        if self.waiting.len() == IN_FLIGHT { self.remove(store).await } else { Ok(()) }
    }

    async fn remove(&mut self, store: &Store) -> Result<(), Failure> {
        let removed = try_join_all(self.waiting.drain(..).map(|sequence| remove(store, sequence))).await?;
        self.removed += removed.iter().map(|gone| u64::from(*gone)).sum::<u64>();
        Ok(())
    }
}

/// Removes one entry; whether it still was there.
async fn remove(store: &Store, sequence: u64) -> Result<bool, Failure> {
    let action = format!("STREAM.MSG.DELETE.{}", store.keys.history_stream());
    // The bytes need not be overwritten: history is no secret of its own to the server's disk.
    match api::order::<Value>(&store.link, store.link.limit(), &action, &json!({ "seq": sequence, "no_erase": true }))
        .await
    {
        Ok(_) => Ok(true),
        Err(failure) if is_gone(&failure) => Ok(false),
        Err(failure) => Err(failure),
    }
}
