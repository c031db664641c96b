//! The records: one key of the bucket per job. A record's version is the sequence that the stream gave it, which NATS
//! calls its revision.

use std::collections::BTreeMap;

use async_nats::HeaderMap;
use bellwether_core::claim::Record;
use bellwether_core::names::JobName;
use bellwether_core::store::{Snapshot, StoreError, Swap, Version};
use bellwether_core::text::shown;

use super::Store;
use super::api::{self, Held, code};
use super::clock;
use super::failure::{self, DAMAGED, Failure};
use super::scan::{Content, Scan};

/// The headers by which a message tells that its key has no value any more.
const REMOVED: [(&str, &[&str]); 2] =
    [("KV-Operation", &["DEL", "PURGE"]), ("Nats-Marker-Reason", &["MaxAge", "Purge", "Remove"])];

/// Reads a job's record, and what the server's clock says: the answer that has the record has its time, not that of
/// the answer.
pub(super) async fn read(store: &Store, job: &JobName, what: &str) -> Result<Snapshot, StoreError> {
    let (held, store_time) = tokio::join!(last(store, job), clock::read(store));
    let failed = |failure: Failure| failure::reading(what, &failure);
    let (held, store_time) = (held.map_err(failed)?, store_time.map_err(failed)?);
    let current = held.filter(|held| !is_removed(held)).map(|held| {
        let version = Version::new(held.sequence.to_string());
        Ok((decoded(&held.payload, what)?, version))
    });
    Ok(Snapshot { current: current.transpose()?, store_time })
}

/// Replaces a record when it still is at the expected version.
pub(super) async fn swap(
    store: &Store,
    job: &JobName,
    expected: Option<&Version>,
    text: String,
    what: &str,
) -> Result<Swap, StoreError> {
    let swapped = match expected.map(|version| version.as_str().parse::<u64>()) {
        // Sequences begin with 1. Another version was not made here, so the record cannot be at it.
        Some(Ok(0) | Err(_)) => Ok(None),
        Some(Ok(sequence)) => write(store, job, sequence, text).await,
        None => create(store, job, text).await,
    };
    let sequence = swapped.map_err(|failure| failure::changing(what, &failure))?;
    Ok(sequence.map_or(Swap::Conflict, |sequence| Swap::Swapped(Version::new(sequence.to_string()))))
}

/// Writes a record where there is none; a key that was deleted by hand has a message that says so.
async fn create(store: &Store, job: &JobName, text: String) -> Result<Option<u64>, Failure> {
    if let Some(sequence) = write(store, job, 0, text.clone()).await? {
        return Ok(Some(sequence));
    }
    // The refused write changed nothing, so a read that fails leaves it at that.
    match last(store, job).await {
        Ok(Some(held)) if is_removed(&held) => write(store, job, held.sequence, text).await,
        Ok(_) => Ok(None),
        Err(failure) => Err(Failure::NotSent { why: failure.why(), remedy: failure.remedy() }),
    }
}

/// The new sequence; none when the record was not at the expected one.
async fn write(store: &Store, job: &JobName, expected: u64, text: String) -> Result<Option<u64>, Failure> {
    let (stream, subject) = (store.keys.records_stream(), store.keys.record(job));
    match api::publish(&store.link, &stream, subject, expected, HeaderMap::new(), text.into_bytes()).await {
        Ok(sequence) => Ok(Some(sequence)),
        Err(failure) if failure.is_refusal(code::WRONG_LAST_SEQUENCE) => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn last(store: &Store, job: &JobName) -> Result<Option<Held>, Failure> {
    let subject = store.keys.record(job);
    let held = api::last(&store.link, &store.keys.records_stream(), &subject).await?;
    match held {
        Some(held) if held.subject != subject => Err(Failure::Nonsense("it is about another key".to_owned())),
        held => Ok(held),
    }
}

/// Every record, by the jobs' names. A job that changes meanwhile is met again at its new sequence.
pub(super) async fn read_all(store: &Store, what: &str) -> Result<Vec<(JobName, Record)>, StoreError> {
    let failed = |failure: Failure| failure::reading(what, &failure);
    let (stream, filter) = (store.keys.records_stream(), store.keys.all_records());
    let Some(newest) = api::last(&store.link, &stream, &filter).await.map_err(failed)? else { return Ok(Vec::new()) };
    let mut records = BTreeMap::new();
    let mut scan = Scan::open(&store.link, &stream, &filter, 1, newest.sequence, Content::All).await.map_err(failed)?;
    while let Some(found) = scan.next().await.map_err(failed)? {
        let job = store.keys.job(&found.subject).ok_or_else(|| {
            StoreError::unreadable(what, format!("the key {} is no job's", shown(&found.subject)), DAMAGED)
        })?;
        if is_removal(&found.headers) {
            records.remove(&job);
        } else {
            let record = decoded(&found.payload, &format!("{what}, job '{job}'"))?;
            records.insert(job, record);
        }
    }
    scan.close().await;
    Ok(records.into_iter().collect())
}

fn decoded(payload: &[u8], what: &str) -> Result<Record, StoreError> {
    let text = std::str::from_utf8(payload).map_err(|error| StoreError::unreadable(what, error, DAMAGED))?;
    Record::decode(text).map_err(|error| StoreError::unreadable(what, &error, error.remedy()))
}

fn is_removal(headers: &HeaderMap) -> bool {
    REMOVED.iter().any(|(name, values)| headers.get(*name).is_some_and(|value| values.contains(&value.as_str())))
}

/// The same, for headers as they are on the wire.
fn is_removed(held: &Held) -> bool {
    let headers = String::from_utf8_lossy(&held.headers);
    headers.lines().filter_map(|line| line.split_once(':')).any(|(name, value)| {
        REMOVED.iter().any(|(known, values)| name.trim() == *known && values.contains(&value.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(headers: &str) -> Held {
        Held { subject: String::new(), sequence: 1, headers: headers.into(), payload: Vec::new() }
    }

    #[test]
    fn a_key_that_was_removed_is_told_from_an_empty_one() {
        assert!(is_removed(&held("NATS/1.0\r\nKV-Operation: DEL\r\n\r\n")));
        assert!(is_removed(&held("NATS/1.0\r\nKV-Operation: PURGE\r\nNats-Rollup: sub\r\n\r\n")));
        assert!(is_removed(&held("NATS/1.0\r\nNats-Marker-Reason: MaxAge\r\n\r\n")));
        assert!(!is_removed(&held("NATS/1.0\r\nX: KV-Operation: DEL\r\n\r\n")));
        assert!(!is_removed(&held("")));
    }
}
