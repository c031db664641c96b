//! The in-memory twin of a claim store.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use bellwether_core::claim::{Entry, Outcome, Record};
use bellwether_core::names::{JobName, RunId};
use bellwether_core::store::{ClaimStore, Cursor, HistoryPage, HistoryQuery, Snapshot, StoreError, Swap, Version};
use jiff::Timestamp;

/// A store that lives as long as its handles. A clone is another handle to the same store.
///
/// Records are kept in their encoding, as in real stores, so that the encoding is tried wherever this is used.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    content: Arc<Mutex<Content>>,
}

#[derive(Debug, Default)]
struct Content {
    records: HashMap<JobName, (String, u64)>,
    /// By a number that is never given again, so that a page's end stays in place whatever is removed.
    history: BTreeMap<u64, Entry>,
    appended: u64,
    keys: HashSet<(JobName, RunId, Outcome)>,
    time: Option<Timestamp>,
}

impl Content {
    fn append(&mut self, entry: &Entry) {
        if self.keys.insert(key(entry)) {
            self.appended += 1;
            self.history.insert(self.appended, entry.clone());
        }
    }

    fn prune(&mut self, before: Timestamp) -> u64 {
        let lines = self.history.len();
        self.history.retain(|_, entry| entry.recorded >= before);
        self.keys = self.history.values().map(key).collect();
        (lines - self.history.len()) as u64
    }

    fn page(&self, query: &HistoryQuery) -> HistoryPage {
        let before = query.before.as_ref().map_or(u64::MAX, |Cursor(text)| text.parse().unwrap());
        let wanted = |entry: &Entry| query.job.as_ref().is_none_or(|job| *job == entry.job);
        let older = self.history.range(..before).rev().filter(|(_, entry)| wanted(entry));
        let mut found: Vec<_> = older.take(query.limit.saturating_add(1)).collect();
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        let next = found.last().filter(|_| more).map(|(number, _)| Cursor(number.to_string()));
        HistoryPage { entries: found.into_iter().map(|(_, entry)| entry.clone()).collect(), next }
    }
}

impl MemoryStore {
    /// An empty store without a clock.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the store's clock, which then stands still; none: the store has no clock.
    pub fn set_store_time(&self, time: Option<Timestamp>) {
        self.content().time = time;
    }

    /// Puts a text in the place of a job's record, whatever it is.
    pub fn plant(&self, job: &JobName, text: &str) {
        let mut content = self.content();
        let version = content.records.get(job).map_or(1, |(_, version)| version + 1);
        content.records.insert(job.clone(), (text.to_owned(), version));
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap()
    }
}

fn key(entry: &Entry) -> (JobName, RunId, Outcome) {
    (entry.job.clone(), entry.run_id.clone(), entry.outcome)
}

fn named(version: u64) -> Version {
    Version::new(version.to_string())
}

fn decoded(job: &JobName, text: &str) -> Result<Record, StoreError> {
    Record::decode(text).map_err(|error| StoreError::Unreadable {
        what: format!("reading job '{job}' from memory"),
        why: error.to_string(),
        remedy: error.remedy().to_owned(),
    })
}

/// Every call lets the other tasks go first, so that they interleave as they would on a network.
#[async_trait]
impl ClaimStore for MemoryStore {
    async fn read(&self, job: &JobName) -> Result<Snapshot, StoreError> {
        tokio::task::yield_now().await;
        let content = self.content();
        let current = content.records.get(job).map(|(text, version)| Ok((decoded(job, text)?, named(*version))));
        Ok(Snapshot { current: current.transpose()?, store_time: content.time })
    }

    async fn swap(
        &self,
        job: &JobName,
        expected: Option<&Version>,
        record: &Record,
        entries: &[Entry],
    ) -> Result<Swap, StoreError> {
        tokio::task::yield_now().await;
        let text = record.encode().unwrap();
        let mut content = self.content();
        let current = content.records.get(job).map(|(_, version)| *version);
        if current.map(named).as_ref() != expected {
            return Ok(Swap::Conflict);
        }
        let version = current.unwrap_or_default() + 1;
        content.records.insert(job.clone(), (text, version));
        entries.iter().for_each(|entry| content.append(entry));
        Ok(Swap::Swapped(named(version)))
    }

    async fn append(&self, entry: &Entry) -> Result<(), StoreError> {
        tokio::task::yield_now().await;
        self.content().append(entry);
        Ok(())
    }

    async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, StoreError> {
        tokio::task::yield_now().await;
        match query.limit {
            0 => Ok(HistoryPage::default()),
            _ => Ok(self.content().page(query)),
        }
    }

    async fn records(&self) -> Result<Vec<(JobName, Record)>, StoreError> {
        tokio::task::yield_now().await;
        let content = self.content();
        let sorted: BTreeMap<_, _> = content.records.iter().collect();
        sorted.into_iter().map(|(job, (text, _))| Ok((job.clone(), decoded(job, text)?))).collect()
    }

    async fn prune(&self, before: Timestamp) -> Result<u64, StoreError> {
        tokio::task::yield_now().await;
        Ok(self.content().prune(before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance;
    use crate::store::fixtures::{instant, job};

    /// Hands out handles to stores by name.
    #[derive(Default)]
    struct Shelf(Mutex<HashMap<String, MemoryStore>>);

    impl Shelf {
        fn store(&self, name: &str) -> MemoryStore {
            self.0.lock().unwrap().entry(name.to_owned()).or_default().clone()
        }
    }

    #[tokio::test]
    async fn it_passes_the_suite() {
        let shelf = Shelf::default();
        let open = async |name: &str| Box::new(shelf.store(name)) as Box<dyn ClaimStore>;
        conformance::run_all(&open).await;
        let plant = async |name: &str, job: &JobName, text: &str| shelf.store(name).plant(job, text);
        conformance::run_format(&open, &plant).await;
    }

    #[tokio::test]
    async fn its_clock_shows_what_it_is_set_to() {
        let store = MemoryStore::new();
        assert_eq!(store.read(&job("j")).await.unwrap().store_time, None);
        store.set_store_time(Some(instant(7)));
        assert_eq!(store.read(&job("j")).await.unwrap().store_time, Some(instant(7)));
    }
}
