//! The history: one message per run and outcome, in a stream of its own, in the order they were added.

use std::collections::VecDeque;

use async_nats::HeaderMap;
use bellwether_core::claim::Entry;
use bellwether_core::store::{Cursor, HistoryPage, HistoryQuery, StoreError};
use bellwether_core::text::shown;
use futures_util::future::try_join_all;

use super::api::{self, code};
use super::failure::{self, Failure, RUN_AGAIN};
use super::scan::{Content, Found, Scan};
use super::{LARGEST_PAGE, Store, entry};

/// The header by which old entries are found without reading them whole.
pub(super) const RECORDED: &str = "Bellwether-Recorded";
/// A payload's size, which the server tells where it leaves the payload out.
const SIZE: &str = "Nats-Msg-Size";

/// How much output a page holds, whatever a query asks for; but always one entry.
const LARGEST_PAGE_BYTES: u64 = 16 * 1024 * 1024;
/// How many sequences are looked through first for the entries of a page. Each further look goes four times as far, so
/// that a job with few entries among many is found with few requests.
const FIRST_LOOK: u64 = 256;
const STRIDE: u64 = 4;
/// How many entries are on their way at once.
const IN_FLIGHT: usize = 16;

/// Adds entries; those that are there already change nothing. They are sent one behind the other, and waited for
/// together.
pub(super) async fn append(store: &Store, entries: &[Entry], what: &str) -> Result<(), StoreError> {
    for some in entries.chunks(IN_FLIGHT) {
        try_join_all(some.iter().map(|entry| add(store, entry)))
            .await
            .map_err(|failure| failure::changing(what, &failure))?;
    }
    Ok(())
}

async fn add(store: &Store, entry: &Entry) -> Result<(), Failure> {
    let payload =
        entry::encode(entry).map_err(|error| Failure::NotSent { why: error.to_string(), remedy: RUN_AGAIN })?;
    let mut headers = HeaderMap::new();
    headers.insert(RECORDED, entry.recorded.to_string().as_str());
    let (stream, subject) = (store.keys.history_stream(), store.keys.entry(entry));
    match api::publish(&store.link, &stream, subject, 0, headers, payload).await {
        Ok(_) => Ok(()),
        Err(Failure::Refused(refusal)) if refusal.tells_a_sequence() => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// An entry's place in the stream.
#[derive(Debug, Clone, Copy)]
struct Place {
    sequence: u64,
    size: u64,
}

/// Reads a page: first where its entries are, then the entries.
pub(super) async fn page(store: &Store, query: &HistoryQuery, what: &str) -> Result<HistoryPage, StoreError> {
    if query.limit == 0 {
        return Ok(HistoryPage::default());
    }
    let before = query.before.as_ref().map(Cursor::number).transpose();
    let before = before.map_err(|error| StoreError::unreadable(what, &error, error.remedy()))?;
    let filter = query.job.as_ref().map_or_else(|| store.keys.all_history(), |job| store.keys.history(job));
    let failed = |failure: Failure| failure::reading(what, &failure);
    let limit = query.limit.min(LARGEST_PAGE);
    let found = newest(store, &filter, before, limit + 1).await.map_err(failed)?;
    let (places, more) = cut(found, limit);
    let entries = read(store, &filter, &places, what).await?;
    let next = places.first().filter(|_| more).map(|oldest| Cursor(oldest.sequence.to_string()));
    Ok(HistoryPage { entries, next })
}

/// Where the newest entries before a sequence are, at most so many, the oldest of them first.
async fn newest(store: &Store, filter: &str, before: Option<u64>, count: usize) -> Result<VecDeque<Place>, Failure> {
    let mut places = VecDeque::new();
    let Some(mut witness) = witness(store, filter, before).await? else { return Ok(places) };
    let mut end = before.unwrap_or(u64::MAX).min(witness.saturating_add(1));
    let mut width = FIRST_LOOK.max(count as u64);
    while places.len() < count && end > 1 {
        let begin = end.saturating_sub(width).max(1);
        let mut older = look(store, filter, begin..end, witness, count - places.len()).await?;
        older.append(&mut places);
        places = older;
        // Every look may read another copy of the stream: the oldest entry found so far must be on that one too.
        witness = places.front().map_or(witness, |oldest| oldest.sequence);
        end = begin;
        width = width.saturating_mul(STRIDE);
    }
    Ok(places)
}

/// An entry that a scan up to the end of the page must meet: the leader's first one after it, or the last of all.
async fn witness(store: &Store, filter: &str, before: Option<u64>) -> Result<Option<u64>, Failure> {
    let stream = store.keys.history_stream();
    let next = match before {
        Some(before) => api::next(&store.link, &stream, filter, before).await?,
        None => None,
    };
    let held = match next {
        Some(next) => Some(next),
        None => api::last(&store.link, &stream, filter).await?,
    };
    Ok(held.map(|held| held.sequence))
}

/// Where the newest entries within a range are, at most so many, the oldest of them first.
async fn look(
    store: &Store,
    filter: &str,
    range: std::ops::Range<u64>,
    witness: u64,
    count: usize,
) -> Result<VecDeque<Place>, Failure> {
    let stream = store.keys.history_stream();
    let mut places = VecDeque::new();
    let mut scan = Scan::open(&store.link, &stream, filter, range.start, witness, Content::Headers).await?;
    while let Some(found) = scan.next().await? {
        if found.sequence < range.end {
            if places.len() == count {
                places.pop_front();
            }
            places.push_back(Place { sequence: found.sequence, size: size(&found) });
        }
        if found.sequence >= witness {
            break;
        }
    }
    scan.close().await;
    Ok(places)
}

fn size(found: &Found) -> u64 {
    found.headers.get(SIZE).and_then(|size| size.as_str().parse().ok()).unwrap_or_default()
}

/// Keeps the newest entries that fit into a page, the oldest of them first; whether there are more.
fn cut(mut places: VecDeque<Place>, limit: usize) -> (Vec<Place>, bool) {
    let found = places.len();
    let mut kept = VecDeque::new();
    let mut bytes = 0_u64;
    while let Some(place) = places.pop_back() {
        bytes = bytes.saturating_add(place.size);
        if kept.len() == limit || (bytes > LARGEST_PAGE_BYTES && !kept.is_empty()) {
            break;
        }
        kept.push_front(place);
    }
    let more = kept.len() < found;
    (kept.into(), more)
}

/// Reads the entries from the first place to the last; the newest comes first.
async fn read(store: &Store, filter: &str, places: &[Place], what: &str) -> Result<Vec<Entry>, StoreError> {
    let (Some(oldest), Some(newest)) = (places.first(), places.last()) else { return Ok(Vec::new()) };
    let failed = |failure: Failure| failure::reading(what, &failure);
    let stream = store.keys.history_stream();
    let mut entries = VecDeque::with_capacity(places.len());
    let mut scan = Scan::open(&store.link, &stream, filter, oldest.sequence, newest.sequence, Content::All)
        .await
        .map_err(failed)?;
    while let Some(found) = scan.next().await.map_err(failed)? {
        if found.sequence <= newest.sequence {
            let entry = entry::decode(&found.payload)
                .map_err(|(why, remedy)| StoreError::unreadable(what, shown(&why), remedy))?;
            entries.push_front(entry);
        }
        if found.sequence >= newest.sequence {
            break;
        }
    }
    scan.close().await;
    Ok(entries.into())
}

/// The last entry of all, if any.
pub(super) async fn last(store: &Store) -> Result<Option<u64>, Failure> {
    let held = api::last(&store.link, &store.keys.history_stream(), &store.keys.all_history()).await?;
    Ok(held.map(|held| held.sequence))
}

/// Whether this refusal says that a message is missing.
pub(super) fn is_gone(failure: &Failure) -> bool {
    failure.is_refusal(code::NO_MESSAGE_FOUND) || failure.is_refusal(code::SEQUENCE_NOT_FOUND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(sizes: &[u64], limit: usize) -> (Vec<u64>, bool) {
        let places = (1..).zip(sizes).map(|(sequence, size)| Place { sequence, size: *size }).collect();
        let (places, more) = cut(places, limit);
        (places.iter().map(|place| place.sequence).collect(), more)
    }

    #[test]
    fn a_page_ends_at_its_limit_or_when_it_is_full() {
        assert_eq!(kept(&[1, 1, 1], 3), (vec![1, 2, 3], false));
        assert_eq!(kept(&[1, 1, 1], 2), (vec![2, 3], true));
        assert_eq!(kept(&[], 2), (vec![], false));
        assert_eq!(kept(&[1, LARGEST_PAGE_BYTES, 1], 3), (vec![3], true));
        assert_eq!(kept(&[1, LARGEST_PAGE_BYTES + 1], 2), (vec![2], true));
    }
}
