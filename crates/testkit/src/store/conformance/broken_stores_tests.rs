//! The suite finds what it is there to find: each way to be broken fails the checks that are about it.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use bellwether_core::claim::{Entry, Record};
use bellwether_core::names::{JobName, RunId};
use bellwether_core::store::{ClaimStore, HistoryPage, HistoryQuery, Snapshot, StoreError, Swap, Version};
use bellwether_core::time::Tick;
use jiff::Timestamp;

use super::check_all;
use crate::store::MemoryStore;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Defect {
    /// Compares first, and writes whatever has happened since.
    ComparesTooEarly,
    /// Takes a record that exists for one that does not.
    CreatesOverExisting,
    /// Keeps an entry each time it is given.
    RepeatsEntries,
    /// Drops the entries of swaps.
    ForgetsEntries,
    /// Keeps output as text.
    OutputAsText,
    /// Ignores case in names.
    FoldsCase,
    /// Gives the first page again and again.
    IgnoresCursor,
    /// Gives the entries of all jobs.
    IgnoresJob,
    /// Gives records in the order in which a table of hashes would.
    ShufflesRecords,
    /// Gives a first page of records as if it were all.
    CutsRecords,
    /// Compares times by the second.
    PrunesBySeconds,
    /// Counts the lines of the last request only.
    Miscounts,
}

struct Broken {
    store: MemoryStore,
    defect: Defect,
}

impl Broken {
    fn job(&self, job: &JobName) -> JobName {
        match self.defect {
            Defect::FoldsCase => JobName::new(job.as_str().to_lowercase()).unwrap(),
            _ => job.clone(),
        }
    }

    fn entry(&self, entry: &Entry) -> Entry {
        let mut entry = entry.clone();
        match self.defect {
            Defect::RepeatsEntries => {
                static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
                let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                entry.run_id = RunId::new(format!("{} {count}", entry.run_id)).unwrap();
            }
            Defect::OutputAsText => {
                entry.output.tail = String::from_utf8_lossy(&entry.output.tail).into_owned().into_bytes();
            }
            _ => {}
        }
        entry
    }
}

#[async_trait]
impl ClaimStore for Broken {
    async fn read(&self, job: &JobName) -> Result<Snapshot, StoreError> {
        self.store.read(&self.job(job)).await
    }

    async fn swap(
        &self,
        job: &JobName,
        expected: Option<&Version>,
        record: &Record,
        entries: &[Entry],
    ) -> Result<Swap, StoreError> {
        let entries: Vec<_> = match self.defect {
            Defect::ForgetsEntries => Vec::new(),
            _ => entries.iter().map(|entry| self.entry(entry)).collect(),
        };
        let job = self.job(job);
        let current = self.store.read(&job).await?.current.map(|(_, version)| version);
        match self.defect {
            Defect::ComparesTooEarly if current.as_ref() == expected => {
                let mut swap = Swap::Conflict;
                while swap == Swap::Conflict {
                    let now = self.store.read(&job).await?.current.map(|(_, version)| version);
                    swap = self.store.swap(&job, now.as_ref(), record, &entries).await?;
                }
                Ok(swap)
            }
            Defect::CreatesOverExisting if expected.is_none() => {
                self.store.swap(&job, current.as_ref(), record, &entries).await
            }
            _ => self.store.swap(&job, expected, record, &entries).await,
        }
    }

    async fn append(&self, entry: &Entry) -> Result<(), StoreError> {
        self.store.append(&self.entry(entry)).await
    }

    async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, StoreError> {
        let mut query = query.clone();
        match self.defect {
            Defect::IgnoresCursor => query.before = None,
            Defect::IgnoresJob => query.job = None,
            _ => {}
        }
        self.store.history(&query).await
    }

    async fn records(&self) -> Result<Vec<(JobName, Record)>, StoreError> {
        let mut records = self.store.records().await?;
        match self.defect {
            Defect::ShufflesRecords => records.reverse(),
            Defect::CutsRecords => records.truncate(100),
            _ => {}
        }
        Ok(records)
    }

    async fn prune(&self, before: Timestamp) -> Result<u64, StoreError> {
        match self.defect {
            Defect::PrunesBySeconds => self.store.prune(Tick::at(before).instant()).await,
            Defect::Miscounts => self.store.prune(before).await.map(|removed| removed.min(500)),
            _ => self.store.prune(before).await,
        }
    }
}

async fn failures_with(defect: Defect) -> String {
    let stores: Mutex<HashMap<String, MemoryStore>> = Mutex::default();
    let open = async |name: &str| {
        let store = stores.lock().unwrap().entry(name.to_owned()).or_default().clone();
        Box::new(Broken { store, defect }) as Box<dyn ClaimStore>
    };
    check_all(&open).await.join("\n")
}

#[tokio::test]
async fn every_defect_fails_the_checks_that_are_about_it() {
    for (defect, checks) in [
        (Defect::ComparesTooEarly, &["competing_increments_are_all_kept", "one_of_many_creators_wins"][..]),
        (Defect::CreatesOverExisting, &["a_conflict_changes_nothing"]),
        (Defect::RepeatsEntries, &["an_entry_is_kept_once", "a_lost_answer_is_resolved"]),
        (Defect::ForgetsEntries, &["a_swap_brings_its_entries", "pages_lead_to_the_end"]),
        (Defect::OutputAsText, &["output_is_kept_byte_for_byte"]),
        (Defect::FoldsCase, &["any_name_is_kept_and_told_apart"]),
        (Defect::IgnoresCursor, &["pages_lead_to_the_end", "pages_stay_in_place"]),
        (Defect::IgnoresJob, &["one_job_is_picked_out"]),
        (Defect::ShufflesRecords, &["all_records_are_read_in_order"]),
        (Defect::CutsRecords, &["all_records_are_read_in_order"]),
        (Defect::PrunesBySeconds, &["only_what_was_recorded_earlier_is_pruned"]),
        (Defect::Miscounts, &["any_number_of_lines_is_pruned"]),
    ] {
        let failures = failures_with(defect).await;
        for check in checks {
            assert!(failures.contains(check), "{defect:?} passed {check}; it failed:\n{failures}");
        }
    }
}
