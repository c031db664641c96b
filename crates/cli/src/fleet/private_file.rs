//! Files that are for this user alone, in directories of our own: read where they are, and replaced as a whole.

use std::io::ErrorKind;
use std::path::Path;

use bellwether_host::durable;
use bellwether_host::files::{FileError, private_dir, read_private};
use bellwether_host::lock::FileLock;

use crate::failure::Failure;

/// Reads a file of at most `max_bytes` bytes; none when there is no such file.
///
/// # Errors
/// When it cannot be trusted or read, or is larger.
pub(super) fn read(path: &Path, max_bytes: usize) -> Result<Option<Vec<u8>>, Failure> {
    match read_private(path, max_bytes) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(&error)),
    }
}

/// Replaces a file, and makes its directory where it is missing. When it returns, the text is on the disk.
///
/// # Errors
/// When the directory cannot be trusted, or the file not be written.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    make_directory(path)?;
    durable::replace(path, text.as_bytes()).map_err(|error| unusable(&error))
}

/// Replaces a file by what `change` makes of it, and answers what `change` answers beside; others who do so wait. Those
/// who only read need no lock, for the file is only ever replaced as a whole.
///
/// # Errors
/// Those of `change`; and when the file cannot be locked or written.
pub(super) fn change<T>(path: &Path, change: impl FnOnce() -> Result<(String, T), Failure>) -> Result<T, Failure> {
    let _lock = lock(path)?;
    let (text, answer) = change()?;
    durable::replace(path, text.as_bytes()).map_err(|error| unusable(&error))?;
    Ok(answer)
}

/// Makes sure that a file can be changed, also by so many bytes more than it has. It stays as it is.
///
/// # Errors
/// As [`change`].
pub(super) fn check(path: &Path, more: u64) -> Result<(), Failure> {
    let _lock = lock(path)?;
    let length = path.metadata().map_or(0, |found| found.len());
    durable::try_replace(path, length.saturating_add(more)).map_err(|error| unusable(&error))
}

/// What is to be told of a file that cannot be used.
pub(super) fn unusable(error: &FileError) -> Failure {
    Failure::unavailable(error.to_string()).remedy(remedy(error))
}

fn remedy(error: &FileError) -> &'static str {
    match (error, error.kind()) {
        (FileError::TooLarge { .. }, _) => "restore the file from a copy",
        (FileError::Io { .. }, ErrorKind::ReadOnlyFilesystem) => {
            "name a directory that can be written to: XDG_STATE_HOME, or 'key' and 'known_nodes' in the section [fleet]"
        }
        (FileError::Io { .. }, ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
            "make room on its file system, or name a directory elsewhere with XDG_STATE_HOME"
        }
        (FileError::Io { .. }, ErrorKind::WouldBlock) => {
            "look with 'lslocks' who holds it; if that hangs, end it, and run again"
        }
        (FileError::Io { .. }, ErrorKind::PermissionDenied) => {
            "run it as the user whose file it is, or name a directory of this user with XDG_STATE_HOME"
        }
        _ => "the file must be yours, with mode 0600, in a directory that is yours",
    }
}

/// Others hold the lock for moments only, so it is waited for no longer than two seconds.
fn lock(path: &Path) -> Result<FileLock, Failure> {
    make_directory(path)?;
    FileLock::take_at(&path.with_added_extension("lock")).map_err(|error| unusable(&error))
}

fn make_directory(path: &Path) -> Result<(), Failure> {
    private_dir(path.parent().unwrap_or(Path::new("."))).map_err(|error| unusable(&error))
}
