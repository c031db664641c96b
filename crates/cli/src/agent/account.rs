//! The file of the account of every decision.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bellwether_core::fleet::admit::Ignored;
use bellwether_core::fleet::audit::{Entry, Verdict};
use bellwether_core::fleet::floods::Floods;
use bellwether_core::time::Mono;
use bellwether_host::clock;
use bellwether_host::log_file::{LogFile, Readers, Rotation, Unit, Unsynced};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::gauges::Gauges;
use crate::failure::Failure;
use crate::watch::log::Log;

/// The account. Where it cannot be written, log, health and metrics say so until it can be. Clones are the same one.
#[derive(Clone)]
pub(super) struct Account(Arc<Mutex<Inner>>);

struct Inner {
    file: LogFile,
    floods: Floods,
    /// What failed last, and must succeed for the account to work again.
    trouble: Option<Step>,
    gauges: Gauges,
    log: Log,
}

/// What can fail; whoever can do the second has done the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Write,
    Sync,
}

impl Account {
    /// Opens the file, for its owner alone, and puts it aside at midnight (UTC).
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn open(path: &Path, days: usize, gauges: &Gauges, log: &Log) -> Result<Self, Failure> {
        let rotation = Rotation::new(Unit::Midnight, 1, days).map_err(|error| Failure::usage(error.to_string()))?;
        let opened = LogFile::open_for(Readers::Owner, path, Some(rotation), TimeZone::UTC, clock::now().wall, note);
        let file = opened.map_err(|error| Failure::unavailable(error.to_string()))?;
        let (floods, trouble) = (Floods::default(), None);
        Ok(Self(Arc::new(Mutex::new(Inner { file, floods, trouble, gauges: gauges.clone(), log: log.clone() }))))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an entry, unless there were too many like it.
    pub(super) fn add(&self, entry: &Entry) {
        self.inner().pass(entry, None, clock::mono());
    }

    /// Adds an entry about a message that is ignored, unless there were too many for this reason.
    pub(super) fn add_ignored(&self, reason: Ignored, entry: &Entry) {
        self.inner().pass(entry, Some(reason), clock::mono());
    }

    /// Adds an entry, and puts it on the disk.
    ///
    /// # Errors
    /// When it may not be there.
    pub(super) async fn secure(&self, entry: Entry) -> io::Result<()> {
        let account = self.clone();
        let secured = tokio::task::spawn_blocking(move || account.write_and_sync(&entry)).await;
        secured.unwrap_or_else(|panic| Err(io::Error::other(panic)))
    }

    fn write_and_sync(&self, entry: &Entry) -> io::Result<()> {
        let unsynced = {
            let mut inner = self.inner();
            inner.write(entry)?;
            inner.file.unsynced()
        };
        // Others may write meanwhile: the disk can be slow.
        let synced = unsynced.and_then(Unsynced::sync);
        self.inner().took(Step::Sync, &synced);
        synced
    }

    /// Tells what was left out of floods that are over, and tries what failed again. Blocks.
    pub(super) fn tend(&self) {
        let now = clock::now();
        let mut inner = self.inner();
        for entry in inner.floods.over(now.wall, now.mono) {
            inner.add(&entry);
        }
        if inner.trouble.is_some() {
            drop(inner);
            // What it comes to is told where it is found out.
            let _ = self.write_and_sync(&about_itself(now.wall, "it is tried to write this account again"));
        }
    }

    /// Tells what was left out of all floods: nothing more is to come.
    pub(super) fn close(&self) {
        let mut inner = self.inner();
        for entry in inner.floods.rest(clock::now().wall) {
            inner.add(&entry);
        }
    }
}

impl Inner {
    fn pass(&mut self, entry: &Entry, ignored: Option<Ignored>, now: Mono) {
        let passed = self.floods.pass(entry, ignored, now);
        if let Some(left_out) = passed.left_out {
            self.add(&left_out);
        }
        if passed.is_told {
            self.add(entry);
        }
    }

    /// For entries that nothing waits for.
    fn add(&mut self, entry: &Entry) {
        // What it comes to was told.
        let _ = self.write(entry);
    }

    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let written = self.file.try_write(entry.time, &entry.line());
        self.took(Step::Write, &written);
        written
    }

    /// Tells when it begins to fail, and when it works again.
    fn took(&mut self, step: Step, result: &io::Result<()>) {
        match (result, self.trouble) {
            (Err(error), trouble) => {
                if trouble.is_none() {
                    self.log.error(&format!(
                        "the account of decisions cannot be written, and until it can be no command is run: {error}; is \
                         its disk full?"
                    ));
                }
                self.trouble = trouble.max(Some(step));
                self.gauges.account_failed(error.to_string());
            }
            (Ok(()), Some(trouble)) if trouble <= step => {
                self.trouble = None;
                self.gauges.account_works();
                self.log.info("the account of decisions can be written again");
            }
            (Ok(()), _) => {}
        }
    }
}

/// An entry about the account itself.
fn about_itself(time: Timestamp, text: &str) -> Entry {
    let why = text.to_owned();
    Entry { time, decision: Verdict::Ignore, why, caller: None, key: None, asked: None, ended: None }
}

fn note(time: Timestamp, text: &str) -> String {
    about_itself(time, text).line()
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
