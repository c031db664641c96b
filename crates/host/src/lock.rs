//! Locks on files, which the kernel releases when their holders are gone.
//!
//! They are locks of the open file (`flock(2)`), not of the process: a child that inherits the descriptor holds the
//! lock too.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_core::claim::Liveness;
use bellwether_core::names::RunId;

use crate::files::{FileError, open_private};

/// How often a lock is tried for that others hold for moments only. In the way of a run's lock is a prober, and only
/// for microseconds.
const ATTEMPTS: u32 = 200;
/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// An exclusive lock on a file, released when dropped.
#[derive(Debug)]
pub struct FileLock {
    file: File,
}

impl FileLock {
    /// Takes the lock when it is free; none when somebody else holds it.
    ///
    /// # Errors
    /// When the file cannot be locked at all, as on some network file systems.
    pub fn try_take(file: File) -> io::Result<Option<Self>> {
        Ok(try_lock(&file)?.then_some(Self { file }))
    }

    /// The same with a private file of its own, which is made when it is missing; its directory must be there.
    ///
    /// # Errors
    /// When the file cannot be made, trusted or locked.
    pub fn try_take_at(path: &Path) -> Result<Option<Self>, FileError> {
        let failed = |source| FileError::Io { what: "lock", path: path.to_owned(), source };
        Self::try_take(open_private(path, true)?).map_err(failed)
    }

    /// The same, waiting for others to release it: for what is held for moments only. Blocks, for two seconds at most.
    ///
    /// # Errors
    /// As [`FileLock::try_take_at`]; and when it does not become free.
    pub fn take_at(path: &Path) -> Result<Self, FileError> {
        for _ in 0..ATTEMPTS {
            if let Some(lock) = Self::try_take_at(path)? {
                return Ok(lock);
            }
            std::thread::sleep(PAUSE);
        }
        let source = io::Error::new(io::ErrorKind::WouldBlock, "another process holds it");
        Err(FileError::Io { what: "lock", path: path.to_owned(), source })
    }

    /// The locked file.
    pub fn file(&self) -> &File {
        &self.file
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Closing alone would leave the lock to a child that is between fork and exec.
        if let Err(error) = self.file.unlock() {
            tracing::debug!(%error, "a lock could not be released; closing the file will");
        }
    }
}

/// Shows on this host whether a run is alive, by two locks: one that its command inherits, and one that is the
/// wrapper's alone. With the first alone, a daemon that the command left behind would pass for a running wrapper.
///
/// Dropping it leaves the first lock to the command; [`RunLock::release`] ends both for all.
#[derive(Debug)]
pub struct RunLock {
    family: File,
    wrapper: File,
    paths: Paths,
}

#[derive(Debug)]
struct Paths {
    family: PathBuf,
    wrapper: PathBuf,
}

impl RunLock {
    /// Takes the locks of a run, before others can learn of the run: until then, [`probe`] calls it gone.
    ///
    /// # Errors
    /// When the id is no plain file name, or a file in `dir` cannot be created, trusted or locked.
    pub fn take(dir: &Path, run_id: &RunId) -> io::Result<Self> {
        let paths = lock_paths(dir, run_id)?;
        Ok(Self { family: take_at(&paths.family)?, wrapper: take_at(&paths.wrapper)?, paths })
    }

    /// Ends the locks for this process and all that inherited them, and removes the files.
    ///
    /// # Errors
    /// When a file cannot be removed; the locks are released all the same.
    pub fn release(self) -> io::Result<()> {
        // The wrapper's file goes first: a family lock without one is an end that is under way.
        let removed = fs::remove_file(&self.paths.wrapper).and_then(|()| fs::remove_file(&self.paths.family));
        self.wrapper.unlock()?;
        self.family.unlock()?;
        removed
    }
}

impl AsFd for RunLock {
    /// The lock that the command inherits.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.family.as_fd()
    }
}

fn take_at(path: &Path) -> io::Result<File> {
    for _ in 0..ATTEMPTS {
        let file = open_private(path, true)?;
        // A prober may have locked and removed the file between our opening and locking it.
        if try_lock(&file)? && is_at(&file, path)? {
            return Ok(file);
        }
        std::thread::sleep(PAUSE);
    }
    let message = format!("{} stays locked; is another program using it?", path.display());
    Err(io::Error::new(io::ErrorKind::WouldBlock, message))
}

/// What this host knows of a run: alive while its wrapper is; gone when neither the wrapper nor anything it started
/// is left, in which case stale files are removed; unknown when something it started outlives it.
pub fn probe(dir: &Path, run_id: &RunId) -> Liveness {
    liveness(dir, run_id).unwrap_or_else(|error| {
        tracing::debug!(run = %run_id, %error, "cannot tell whether the run is alive");
        Liveness::Unknown
    })
}

fn liveness(dir: &Path, run_id: &RunId) -> io::Result<Liveness> {
    let paths = lock_paths(dir, run_id)?;
    let Some(family) = open_existing(&paths.family)? else { return Ok(Liveness::Gone) };
    if try_lock(&family)? {
        remove_stale(&family, &paths)?;
        return Ok(Liveness::Gone);
    }
    let Some(wrapper) = open_existing(&paths.wrapper)? else { return Ok(Liveness::Unknown) };
    // A shared lock, so that two that look at once do not take each other for the wrapper.
    match wrapper.try_lock_shared() {
        Ok(()) => Ok(Liveness::Unknown),
        Err(TryLockError::WouldBlock) => Ok(Liveness::Alive),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn open_existing(path: &Path) -> io::Result<Option<File>> {
    match open_private(path, false) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Files are removed only under the family's lock, and only while its path still means the locked file.
fn remove_stale(family: &File, paths: &Paths) -> io::Result<()> {
    if !is_at(family, &paths.family)? {
        return Ok(());
    }
    match fs::remove_file(&paths.wrapper) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::remove_file(&paths.family),
    }
}

/// A run id comes from a store that others write: it must not lead out of the directory.
fn lock_paths(dir: &Path, run_id: &RunId) -> io::Result<Paths> {
    let id = run_id.as_str();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if id.bytes().all(plain) {
        return Ok(Paths { family: dir.join(format!("{id}.lock")), wrapper: dir.join(format!("{id}.wrapper")) });
    }
    let message = format!("the run id '{id}' cannot name a file; only letters, digits, '-' and '_' can");
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// Takes the lock of an open file, or tells that somebody else holds it.
fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether the path still leads to the open file.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match path.symlink_metadata() {
        Ok(found) => Ok((found.dev(), found.ino()) == (ours.dev(), ours.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
#[path = "lock_tests.rs"]
mod tests;
