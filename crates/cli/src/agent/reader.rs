//! Reads what the node knows of itself: everything now and then, and the files whenever they have changed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bellwether_aws::{Aws, instance_facts};
use bellwether_core::duration;
use bellwether_core::facts::Facts;
use bellwether_host::clock;
use bellwether_host::facts::{FactReader, FactSources, Reading};
use tokio::sync::watch;

use super::instance::Instance;
use super::plan::FactsPlan;
use crate::watch::log::Log;

/// The facts by which a node is known in filters.
const NODE: &str = "node";
const ENVIRONMENT: &str = "environment";
/// How often it is looked whether files or programs have changed. It is looked, and not waited for: the kernel tells
/// nothing (`inotify(7)`) of changes on network file systems, behind links, and in directories that are made later.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long a request waits at most until the files were looked at.
const PATIENCE: Duration = Duration::from_secs(2);

/// Reads facts, and knows what was read.
pub(super) struct Reader {
    reader: FactReader,
    instance: Mutex<Instance>,
    known: watch::Sender<Arc<Facts>>,
    /// Whether all sources could ever be read.
    is_read: AtomicBool,
    /// Whether looking at the files takes longer than a request can wait.
    hangs: AtomicBool,
    aws: Aws,
    log: Log,
    names: [(&'static str, String); 2],
}

impl Reader {
    /// Nothing is read yet.
    pub(super) fn new(plan: &FactsPlan, aws: Aws, log: &Log, node: &str, environment: &str) -> Self {
        Self {
            reader: FactReader::new(FactSources { keeps_last_word: true, ..plan.sources.clone() }),
            instance: Mutex::default(),
            known: watch::Sender::default(),
            is_read: AtomicBool::default(),
            hangs: AtomicBool::default(),
            aws,
            log: log.clone(),
            names: [(NODE, node.to_owned()), (ENVIRONMENT, environment.to_owned())],
        }
    }

    /// Reads everything: as slow as the slowest source.
    pub(super) async fn read(&self) {
        self.ask_instance().await;
        let reading = self.reader.refresh().await;
        self.take(reading);
    }

    /// Reads the files that have changed before a request is decided. Where a file system hangs, the request must not:
    /// then what is known counts.
    pub(super) async fn look_for_request(&self) {
        if self.hangs.load(Ordering::Relaxed) {
            return;
        }
        if tokio::time::timeout(PATIENCE, self.look()).await.is_err() {
            self.hangs.store(true, Ordering::Relaxed);
            let patience = duration::display(PATIENCE);
            self.log.warning(&format!(
                "the files of facts could not be looked at within {patience}; until they can, requests are decided with \
                 what they said before; does a file system hang?"
            ));
        }
    }

    /// Keeps the files' facts up to date, for ever.
    pub(super) async fn keep_files(&self) {
        loop {
            clock::sleep_until(clock::mono() + LOOK_EVERY).await;
            self.look().await;
        }
    }

    /// Reads everything once in a while, and when a program was added, removed or replaced; for ever.
    pub(super) async fn keep_all(&self, refresh: Duration) {
        let mut read_at = clock::mono() + refresh;
        loop {
            clock::sleep_until(read_at.min(clock::mono() + LOOK_EVERY)).await;
            let now = clock::mono();
            // What EC2 did not tell is wanted sooner, however seldom all else is read.
            if now >= read_at || self.instance().is_due(now) || self.reader.programs_have_changed().await {
                self.read().await;
                read_at = clock::mono() + refresh;
            }
        }
    }

    /// What is known now.
    pub(super) fn facts(&self) -> Arc<Facts> {
        Arc::clone(&self.known.borrow())
    }

    /// Tells of changes.
    pub(super) fn watch(&self) -> watch::Receiver<Arc<Facts>> {
        self.known.subscribe()
    }

    /// Whether all configured sources could ever be read.
    pub(super) fn is_read(&self) -> bool {
        self.is_read.load(Ordering::Relaxed)
    }

    async fn look(&self) {
        if let Some(reading) = self.reader.look().await {
            self.take(reading);
        }
        if self.hangs.swap(false, Ordering::Relaxed) {
            self.log.info("the files of facts can be looked at again");
        }
    }

    async fn ask_instance(&self) {
        if !self.instance().is_due(clock::mono()) {
            return;
        }
        let found = instance_facts(&self.aws).await;
        let mut instance = self.instance();
        for problem in instance.take(found, clock::mono()) {
            // Most hosts of which nothing is known are no instances.
            if instance.facts.is_empty() { self.log.info(&problem) } else { self.log.warning(&problem) }
        }
    }

    fn instance(&self) -> MutexGuard<'_, Instance> {
        self.instance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All together. What the node is called cannot be told otherwise by any source.
    fn take(&self, reading: Reading) {
        reading.problems.iter().for_each(|problem| self.log.warning(problem));
        if reading.is_whole {
            self.is_read.store(true, Ordering::Relaxed);
        }
        let mut facts = self.instance().facts.clone();
        let left_out = facts.merge(reading.facts);
        if !left_out.is_empty() {
            self.log.warning(&format!("{left_out}; let the sources tell less"));
        }
        for (name, value) in &self.names {
            facts.insert(*name, value.clone());
        }
        self.known.send_if_modified(|known| {
            let is_news = **known != facts;
            if is_news {
                *known = Arc::new(facts);
            }
            is_news
        });
    }
}
