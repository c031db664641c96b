//! The file that outlives the program.

use std::path::{Path, PathBuf};

use bellwether_core::watch::Memory;
use bellwether_core::watch::memory::LONGEST;
use bellwether_host::durable;
use bellwether_host::files::{FileError, private_dir, read_bounded};
use bellwether_host::lock::FileLock;

use super::log::Log;
use crate::failure::Failure;

/// The file, and what it holds. Written only when that changes.
pub(super) struct MemoryFile {
    path: PathBuf,
    kept: String,
    /// Held until the end; none where nothing is written.
    _lock: Option<FileLock>,
}

impl MemoryFile {
    /// Reads what is kept; with `writes`, keeps others from writing it too.
    ///
    /// # Errors
    /// When the directory or the file cannot be trusted, read or understood, or another watch uses it.
    pub(super) fn open(path: &Path, writes: bool) -> Result<(Self, Memory), Failure> {
        let lock = if writes { Some(lock(path)?) } else { None };
        let kept = read(path)?;
        let memory = match kept.is_empty() {
            true => Memory::default(),
            false => {
                Memory::decode(&kept).map_err(|error| Failure::unavailable(format!("{}: {error}", path.display())))?
            }
        };
        Ok((Self { path: path.to_owned(), kept, _lock: lock }, memory))
    }

    /// Keeps what has changed. Where that cannot be done it is said, and the node leaves all the same: after a crash
    /// some of it is done again.
    pub(super) fn keep(&mut self, memory: &Memory, log: &Log) {
        let Some(text) = memory.encode().ok().filter(|text| *text != self.kept) else { return };
        match durable::replace(&self.path, text.as_bytes()) {
            Ok(()) => self.kept = text,
            Err(error) => log.error(&format!(
                "what has been done cannot be written down, and would be done again after a crash: {error}; check the \
                 space and the permissions of the directory"
            )),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

fn lock(path: &Path) -> Result<FileLock, Failure> {
    let unusable = |error: FileError| {
        Failure::unavailable(error.to_string())
            .remedy("name another state directory, on a local disk, with XDG_STATE_HOME, or run as root")
    };
    private_dir(path.parent().unwrap_or(Path::new("."))).map_err(unusable)?;
    let lock = path.with_added_extension("lock");
    FileLock::try_take_at(&lock).map_err(unusable)?.ok_or_else(|| {
        Failure::unavailable(format!("another watch on this host uses {}", path.display()))
            .remedy("stop the other one first: systemctl stop bellwether-watch")
    })
}

fn read(path: &Path) -> Result<String, Failure> {
    match read_bounded(path, LONGEST) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Failure::unavailable(error.to_string())),
    }
}
