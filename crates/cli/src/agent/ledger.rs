//! The journal's file, and what is remembered without it.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bellwether_core::fleet::admit::{Believed, Known};
use bellwether_core::fleet::journal::{Journal, Line, Untold};
use bellwether_core::fleet::keys::PublicKey;
use bellwether_core::fleet::reply::Done;
use bellwether_core::fleet::request::Request;
use bellwether_host::durable;
use bellwether_host::files::{open_private, read_bounded};
use jiff::Timestamp;

use crate::failure::Failure;

/// The largest file that is read, in bytes.
const LARGEST: usize = 256 << 20;
/// Questions and refusals that are remembered at most, in memory alone: to answer one twice does no harm.
const MOST_QUESTIONS: usize = 4_096;
/// The file is written anew when it has so many lines more than are needed.
const SPARE_LINES: usize = 5_000;
/// The same for bytes.
const SPARE_BYTES: usize = 16 << 20;

/// What the agent has been asked. Clones are the same one.
#[derive(Clone)]
pub(super) struct Ledger(Arc<Mutex<Inner>>);

struct Inner {
    journal: Journal,
    questions: BTreeMap<Known, ()>,
    order: VecDeque<Known>,
    path: PathBuf,
    file: File,
    size: Size,
    /// Its size when it was last written anew.
    needed: Size,
    /// Whether the last line was only written in part.
    is_torn: bool,
    /// Whether it was told that lines cannot be written, or not be put on the disk.
    is_in_trouble: bool,
}

#[derive(Debug, Clone, Copy)]
struct Size {
    lines: usize,
    bytes: usize,
}

impl Ledger {
    /// Opens the file, or makes it; with what callers were not told before the last end, and what is odd about the file.
    ///
    /// # Errors
    /// When it cannot be read or written, or a newer release has written it.
    pub(super) fn open(path: &Path, now: Timestamp) -> Result<(Self, Vec<Untold>, Option<String>), Failure> {
        let unusable = |error: &dyn std::fmt::Display| {
            Failure::unavailable(format!("the journal {}: {error}", path.display())).remedy(
                "it keeps commands from running twice; repair it, or move it away when no caller waits any more",
            )
        };
        let text = match read_bounded(path, LARGEST) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(unusable(&error)),
        };
        let read = Journal::read(&text).map_err(|error| unusable(&error))?;
        let mut journal = read.journal;
        journal.prune(now);
        let odd = (read.damaged > 0).then(|| {
            format!("{}: {} lines are damaged, and were left out; did the machine crash?", path.display(), read.damaged)
        });
        let untold = journal.untold();
        let (file, size) = write_anew(path, &journal).map_err(|error| unusable(&error))?;
        let inner = Inner {
            journal,
            questions: BTreeMap::new(),
            order: VecDeque::new(),
            path: path.to_owned(),
            file,
            size,
            needed: size,
            is_torn: false,
            is_in_trouble: false,
        };
        Ok((Self(Arc::new(Mutex::new(inner))), untold, odd))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request was dealt with before.
    pub(super) fn has(&self, known: &Known) -> bool {
        let inner = self.inner();
        inner.journal.has(known) || inner.questions.contains_key(known)
    }

    /// Whether a request can have been dealt with and forgotten.
    pub(super) fn may_have_forgotten(&self, request: &Request) -> bool {
        self.inner().journal.may_have_forgotten(request)
    }

    /// Why nothing more is run for a key.
    pub(super) fn is_full_of(&self, key: &PublicKey) -> Option<String> {
        let why = "this node remembers too many commands of this key to take another one; ask again in an hour";
        self.inner().journal.is_full_of(key).then(|| why.to_owned())
    }

    /// Remembers a question, or a refusal that makes no difference later.
    pub(super) fn remember(&self, known: Known) {
        let mut inner = self.inner();
        if inner.questions.insert(known, ()).is_none() {
            inner.order.push_back(known);
        }
        while inner.order.len() > MOST_QUESTIONS {
            if let Some(oldest) = inner.order.pop_front() {
                inner.questions.remove(&oldest);
            }
        }
    }

    /// Remembers that a command is to be run; [`Ledger::sync`] must follow before it is.
    pub(super) fn accept(&self, believed: &Believed) -> Line {
        self.inner().journal.accept(believed)
    }

    /// Puts a line on the disk.
    ///
    /// # Errors
    /// When it may not be there.
    pub(super) async fn sync(&self, line: Line) -> io::Result<()> {
        let ledger = self.clone();
        let written = tokio::task::spawn_blocking(move || ledger.append_and_sync(&line)).await;
        written.unwrap_or_else(|panic| Err(io::Error::other(panic)))
    }

    fn append_and_sync(&self, line: &Line) -> io::Result<()> {
        let file = {
            let mut inner = self.inner();
            let appended = inner.append(line);
            inner.say_when_it_fails(&appended);
            appended?;
            inner.file.try_clone()
        };
        // Others may write meanwhile: the disk can be slow.
        let synced = file.and_then(|file| file.sync_data());
        self.inner().say_when_it_fails(&synced);
        if synced.is_ok() {
            self.inner().say_that_it_works();
        }
        synced
    }

    /// Remembers that a command is refused, accepted before or not. [`Ledger::secure`] must follow before anybody is told.
    pub(super) fn refuse(&self, believed: &Believed) {
        let mut inner = self.inner();
        let known = believed.known();
        if inner.journal.is_full_of(&believed.key) && !inner.journal.has(&known) {
            drop(inner);
            return self.remember(known);
        }
        // Of one that was accepted the first line says nothing, and of one that was not the second.
        let lines = [inner.journal.refuse(believed), inner.journal.told(known)];
        lines.iter().for_each(|line| inner.append_or_say(line));
    }

    /// Puts on the disk what is remembered of a request, if it is in the file at all.
    pub(super) async fn secure(&self, known: Known) {
        let file = {
            let inner = self.inner();
            if !inner.journal.has(&known) {
                return;
            }
            inner.file.try_clone()
        };
        let synced = tokio::task::spawn_blocking(move || file.and_then(|file| file.sync_data())).await;
        self.inner().say_when_it_fails(&synced.unwrap_or_else(|panic| Err(io::Error::other(panic))));
    }

    /// Remembers that a command is about to start.
    pub(super) fn start(&self, known: Known) {
        let mut inner = self.inner();
        let line = inner.journal.start(known);
        inner.append_or_say(&line);
    }

    /// Remembers how a command has ended.
    pub(super) fn end(&self, known: Known, done: &Done) {
        let mut inner = self.inner();
        let line = inner.journal.end(known, done.clone());
        inner.append_or_say(&line);
    }

    /// Remembers that its caller knows, or will never know.
    pub(super) fn told(&self, known: Known) {
        let mut inner = self.inner();
        let line = inner.journal.told(known);
        inner.append_or_say(&line);
    }

    /// Forgets what cannot come again, and writes the file anew when it has become much longer than it must be. Blocks.
    pub(super) fn tend(&self, now: Timestamp) {
        let mut inner = self.inner();
        inner.journal.prune(now);
        let few_lines = inner.size.lines < SPARE_LINES + 4 * inner.journal.len();
        if few_lines && inner.size.bytes < SPARE_BYTES + inner.needed.bytes {
            return;
        }
        match write_anew(&inner.path, &inner.journal) {
            Ok((file, size)) => {
                (inner.file, inner.size, inner.needed, inner.is_torn) = (file, size, size, false);
            }
            Err(error) => tracing::warn!(%error, "the journal cannot be written anew; it goes on growing"),
        }
    }
}

impl Inner {
    fn append(&mut self, line: &Line) -> io::Result<()> {
        let start = if self.is_torn { "\n" } else { "" };
        let text = format!("{start}{}\n", line.text());
        self.is_torn = true;
        self.file.write_all(text.as_bytes())?;
        self.is_torn = false;
        self.size.lines += 1;
        self.size.bytes += text.len();
        Ok(())
    }

    /// For lines whose loss costs an answer after a crash at most.
    fn append_or_say(&mut self, line: &Line) {
        let appended = self.append(line);
        self.say_when_it_fails(&appended);
    }

    /// Once, until it works again: a full disk is not filled further.
    fn say_when_it_fails(&mut self, result: &io::Result<()>) {
        let Err(error) = result else { return };
        if !self.is_in_trouble {
            let path = self.path.display();
            tracing::error!(%path, %error, "the journal cannot be written, and until it can be no command is run; is its disk full?");
        }
        self.is_in_trouble = true;
    }

    /// After a line was put on the disk: no less is proof.
    fn say_that_it_works(&mut self) {
        if self.is_in_trouble {
            tracing::warn!(path = %self.path.display(), "the journal can be written again");
        }
        self.is_in_trouble = false;
    }
}

fn write_anew(path: &Path, journal: &Journal) -> io::Result<(File, Size)> {
    let lines = journal.lines();
    let text: String = lines.iter().map(|line| line.text() + "\n").collect();
    durable::replace(path, text.as_bytes())?;
    drop(open_private(path, false)?);
    let file = OpenOptions::new().append(true).mode(0o600).open(path)?;
    Ok((file, Size { lines: lines.len(), bytes: text.len() }))
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
