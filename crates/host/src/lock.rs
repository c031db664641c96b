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

use crate::files::open_private;

/// How often a run's lock is tried for. Only a prober can be in the way, and only for microseconds.
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

/// Shows on this host that a run is alive: its wrapper holds the lock, and so does its command, which inherits it.
///
/// Dropping it leaves the lock to the command; [`RunLock::release`] ends it for all.
#[derive(Debug)]
pub struct RunLock {
    file: File,
    path: PathBuf,
}

impl RunLock {
    /// Takes the lock of a run, before others can learn of the run: until then, [`probe`] calls it gone.
    ///
    /// # Errors
    /// When the id is no plain file name, or the file in `dir` cannot be created, trusted or locked.
    pub fn take(dir: &Path, run_id: &RunId) -> io::Result<Self> {
        let path = lock_path(dir, run_id)?;
        for _ in 0..ATTEMPTS {
            let file = open_private(&path, true)?;
            // A prober may have locked and removed the file between our opening and locking it.
            if try_lock(&file)? && is_at(&file, &path)? {
                return Ok(Self { file, path });
            }
            std::thread::sleep(PAUSE);
        }
        let message = format!("{} stays locked; is another program using it?", path.display());
        Err(io::Error::new(io::ErrorKind::WouldBlock, message))
    }

    /// Ends the lock for this process and all that inherited it, and removes the file.
    ///
    /// # Errors
    /// When the file cannot be removed; the lock is released all the same.
    pub fn release(self) -> io::Result<()> {
        let removed = fs::remove_file(&self.path);
        self.file.unlock()?;
        removed
    }
}

impl AsFd for RunLock {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// Whether a run of this host is alive: gone when its lock is missing or can be had, in which case the stale file
/// is removed.
pub fn probe(dir: &Path, run_id: &RunId) -> Liveness {
    match gone(dir, run_id) {
        Ok(true) => Liveness::Gone,
        Ok(false) => Liveness::Alive,
        Err(error) => {
            tracing::debug!(run = %run_id, %error, "cannot tell whether the run is alive");
            Liveness::Unknown
        }
    }
}

fn gone(dir: &Path, run_id: &RunId) -> io::Result<bool> {
    let path = lock_path(dir, run_id)?;
    let file = match open_private(&path, false) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error.into()),
    };
    if !try_lock(&file)? {
        return Ok(false);
    }
    // Removed only under its lock, and only while the path still means the locked file.
    if is_at(&file, &path)? {
        fs::remove_file(&path)?;
    }
    Ok(true)
}

/// A run id comes from a store that others write: it must not lead out of the directory.
fn lock_path(dir: &Path, run_id: &RunId) -> io::Result<PathBuf> {
    let id = run_id.as_str();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if id.bytes().all(plain) {
        return Ok(dir.join(format!("{id}.lock")));
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
