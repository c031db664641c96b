//! Files that only their owner may have a hand in, and reads with a bound.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::libc::{O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK};
use nix::unistd::{AccessFlags, faccessat};

/// What a private file is created with: reading and writing by the owner.
const FILE_MODE: u32 = 0o600;
/// What a private directory is created with.
const DIRECTORY_MODE: u32 = 0o700;
/// The user who could read any file anyway.
const ROOT: u32 = 0;
/// The permission bits by which others may do anything.
const OPEN_TO_OTHERS: u32 = 0o077;
/// The permission bits by which others may write.
pub(crate) const WRITABLE_BY_OTHERS: u32 = 0o022;

/// Why a file or directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It is there, but not what a program may trust.
    #[error(
        "{} {why}: it is not used, since another user could have a hand in it; \
         remove it, take it over (chown, chmod go-w), or name another path",
        path.display()
    )]
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: Distrust,
    },
    /// It is larger than anything sensible.
    #[error("{} has more than {limit} bytes; is it the right file?", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most that is read.
        limit: usize,
    },
}

/// What makes a file untrustworthy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// It is a symbolic link.
    #[error("is a symbolic link")]
    Symlink,
    /// It is a directory, a pipe or a device.
    #[error("is not a regular file")]
    NotRegular,
    /// It is something else than a directory.
    #[error("is not a directory")]
    NotDirectory,
    /// It has further names, so that writing to it changes another file.
    #[error("has several names (hard links)")]
    Linked,
    /// It belongs to somebody else.
    #[error("belongs to user {0}")]
    Foreign(u32),
    /// Others may write to it.
    #[error("may be written by other users")]
    Writable,
    /// Others may read or write it, though it is for its owner alone.
    #[error("is open to other users (chmod 600 closes it)")]
    Open,
}

impl FileError {
    /// The kind of failure: the system's own, or `PermissionDenied` for what is refused.
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Io { source, .. } => source.kind(),
            Self::Refused { .. } => io::ErrorKind::PermissionDenied,
            Self::TooLarge { .. } => io::ErrorKind::FileTooLarge,
        }
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        Self::new(error.kind(), error)
    }
}

/// Opens a file of our own for reading and writing, creating it with mode 0600 when `create` is set.
///
/// # Errors
/// When it is not a regular file of our effective user with this one name, or cannot be opened.
pub fn open_private(path: &Path, create: bool) -> Result<File, FileError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(create)
        .truncate(false)
        .mode(FILE_MODE)
        // Without O_NONBLOCK a pipe in the file's place would hang us here, before it can be refused.
        .custom_flags(O_NOFOLLOW | O_NONBLOCK)
        .open(path)
        .map_err(|source| opening_failed(path, source))?;
    let found = file.metadata().map_err(|source| io_error("examine", path, source))?;
    let distrust = if !found.is_file() {
        Some(Distrust::NotRegular)
    } else if found.uid() != our_uid() {
        Some(Distrust::Foreign(found.uid()))
    } else if found.nlink() > 1 {
        Some(Distrust::Linked)
    } else {
        None
    };
    distrust.map_or(Ok(file), |why| Err(refused(path, why)))
}

/// Makes sure of a directory of our own, creating it and its parents with mode 0700 where they are missing.
///
/// # Errors
/// When it is a symbolic link or no directory, belongs to another user, may be written by others, or cannot be
/// created.
pub fn private_dir(path: &Path) -> Result<(), FileError> {
    let created = DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(path);
    let opened = OpenOptions::new().read(true).custom_flags(O_NOFOLLOW | O_DIRECTORY).open(path);
    // What is in the way tells more than the failed creation does.
    let directory = opened.map_err(|source| match created {
        Err(error) if source.kind() == io::ErrorKind::NotFound => io_error("create", path, error),
        _ => opening_failed(path, source),
    })?;
    let found = directory.metadata().map_err(|source| io_error("examine", path, source))?;
    if found.uid() != our_uid() {
        return Err(refused(path, Distrust::Foreign(found.uid())));
    }
    if found.mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(refused(path, Distrust::Writable));
    }
    Ok(())
}

/// Reads a whole file of at most `max_bytes` bytes.
///
/// # Errors
/// When it cannot be read, or is larger.
pub fn read_bounded(path: &Path, max_bytes: usize) -> Result<Vec<u8>, FileError> {
    let file = File::open(path).map_err(|source| io_error("read", path, source))?;
    read_at_most(file, path, max_bytes)
}

/// Reads a whole file of at most `max_bytes` bytes that is for its owner alone: a secret, or what trust rests on. A
/// symbolic link may lead to it, for secrets are often put in place so; what counts is the file.
///
/// # Errors
/// When it is not a regular file of ours or of root's that is closed to all others, cannot be read, or is larger.
pub fn read_private(path: &Path, max_bytes: usize) -> Result<Vec<u8>, FileError> {
    // Without O_NONBLOCK a pipe in the file's place would hang us here, before it can be refused.
    let opened = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(path);
    let file = opened.map_err(|source| io_error("read", path, source))?;
    let found = file.metadata().map_err(|source| io_error("examine", path, source))?;
    if !found.is_file() {
        return Err(refused(path, Distrust::NotRegular));
    }
    if found.uid() != our_uid() && found.uid() != ROOT {
        return Err(refused(path, Distrust::Foreign(found.uid())));
    }
    if found.mode() & OPEN_TO_OTHERS != 0 {
        return Err(refused(path, Distrust::Open));
    }
    read_at_most(file, path, max_bytes)
}

fn read_at_most(file: File, path: &Path, max_bytes: usize) -> Result<Vec<u8>, FileError> {
    let failed = |source| io_error("read", path, source);
    let mut bytes = Vec::new();
    let most = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > max_bytes {
        return Err(FileError::TooLarge { path: path.to_owned(), limit: max_bytes });
    }
    Ok(bytes)
}

/// Whether a path leads to a regular file that we may execute.
pub(crate) fn is_executable(path: &Path) -> bool {
    path.is_file() && faccessat(AT_FDCWD, path, AccessFlags::X_OK, AtFlags::AT_EACCESS).is_ok()
}

/// The kernel's answer to what is in the way varies (ELOOP, ENOTDIR, EISDIR, ENXIO); looking again tells it plainly.
fn opening_failed(path: &Path, source: io::Error) -> FileError {
    let kind = path.symlink_metadata().map(|found| found.file_type());
    match (kind, source.kind()) {
        (Ok(kind), _) if kind.is_symlink() => refused(path, Distrust::Symlink),
        (Ok(kind), io::ErrorKind::NotADirectory) if !kind.is_dir() => refused(path, Distrust::NotDirectory),
        (Ok(kind), io::ErrorKind::IsADirectory) if kind.is_dir() => refused(path, Distrust::NotRegular),
        _ => io_error("open", path, source),
    }
}

/// As whom we act.
pub(crate) fn our_uid() -> u32 {
    nix::unistd::geteuid().as_raw()
}

fn refused(path: &Path, why: Distrust) -> FileError {
    FileError::Refused { path: path.to_owned(), why }
}

fn io_error(what: &'static str, path: &Path, source: io::Error) -> FileError {
    FileError::Io { what, path: path.to_owned(), source }
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;
