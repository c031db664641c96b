//! Files that programs of other users read, and several of ours change: always whole, never lost to each other.

use std::convert::Infallible;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::clock;
use crate::files::{FileError, open_private, read_bounded};
use crate::lock::FileLock;

/// Whoever reads the file runs as another user, such as an exporter of metrics.
const MODE: u32 = 0o644;
/// The largest file that is changed, in bytes.
const LARGEST: usize = 4 << 20;
/// The pause between two looks at a lock that another program holds for a few milliseconds.
const PAUSE: Duration = Duration::from_millis(5);

/// Why a file was not changed. It is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum PublishError<E> {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is a link, a directory or a device, which must not be replaced by a file.
    #[error("{} is not a regular file; name the file itself", path.display())]
    NotRegular {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot {what} {}: {source}; check the directory, its permissions and its space", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Others keep it locked.
    #[error("{} stays locked by another program; it was not changed", path.display())]
    Locked {
        /// The lock's file.
        path: PathBuf,
    },
    /// Its content is not what it should be.
    #[error("{} was left as it is: {why}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What its reader says.
        why: E,
    },
}

/// Replaces a file of text by what `change` makes of it; a missing one counts as empty. Readers see the old or the new
/// text, never a part. Programs that change it through this function do so one after the other, waiting at most
/// `patience` for their turn; they must run as the same user. Blocks.
///
/// Not synced to the disk: what is lost with the power is a count, and the file stays whole.
///
/// # Errors
/// When it cannot be read, locked or replaced, or `change` refuses it.
pub fn change<E>(
    path: &Path,
    patience: Duration,
    change: impl FnOnce(&str) -> Result<String, E>,
) -> Result<(), PublishError<E>>
where
    E: From<NotText>,
{
    let lock = lock(&beside(path, "lock"), patience)?;
    let refused = |why| PublishError::Refused { path: path.to_owned(), why };
    let old = String::from_utf8(read(path)?).map_err(|_| refused(NotText.into()))?;
    let new = change(&old).map_err(refused)?;
    replace(path, &new)?;
    drop(lock);
    Ok(())
}

/// Writes a file that nobody else changes, such as one that is generated. Readers see the old or the new text, never a
/// part. Blocks.
///
/// # Errors
/// When what is there is no regular file, or it cannot be replaced.
pub fn put(path: &Path, text: &str) -> Result<(), PublishError<Infallible>> {
    read::<Infallible>(path)?;
    replace(path, text)
}

/// The file holds something else than text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotText;

/// A hidden file in the same directory, which collectors of `*.prom` and the like do not read.
fn beside(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{what}"))
}

/// The lock has a file of its own: that of the text is another one after every change.
fn lock<E>(path: &Path, patience: Duration) -> Result<FileLock, PublishError<E>> {
    let give_up_at = clock::mono() + patience;
    loop {
        let file = open_private(path, true)?;
        let taken = FileLock::try_take(file);
        match taken.map_err(|source| PublishError::Io { what: "lock", path: path.to_owned(), source })? {
            Some(lock) => return Ok(lock),
            None if clock::mono() >= give_up_at => return Err(PublishError::Locked { path: path.to_owned() }),
            None => std::thread::sleep(PAUSE),
        }
    }
}

fn read<E>(path: &Path) -> Result<Vec<u8>, PublishError<E>> {
    match path.symlink_metadata() {
        Ok(found) if found.is_file() => Ok(read_bounded(path, LARGEST)?),
        Ok(_) => Err(PublishError::NotRegular { path: path.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(PublishError::Io { what: "examine", path: path.to_owned(), source }),
    }
}

fn replace<E>(path: &Path, text: &str) -> Result<(), PublishError<E>> {
    let new = beside(path, "new");
    let written = write_new(&new, text).and_then(|()| fs::rename(&new, path));
    written.map_err(|source| {
        // A full disk is not to be filled further by half a file.
        let _ = fs::remove_file(&new);
        PublishError::Io { what: "replace", path: path.to_owned(), source }
    })
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file: File = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path)?;
    // The umask of a cron job may be narrower than the readers are.
    file.set_permissions(Permissions::from_mode(MODE))?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
#[path = "published_tests.rs"]
mod tests;
