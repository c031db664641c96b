//! Which file the store is in, and whether it may be used.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bellwether_core::store::StoreError;
use nix::libc;

use super::failure;
use super::schema::APPLICATION_ID;

/// The first bytes of a database, by SQLite's file format, section 1.3.
const HEADER_LENGTH: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";
const APPLICATION_ID_OFFSET: usize = 68;

/// A file, by its device and inode.
type FileId = (u64, u64);

/// The files this process has connections to, and how many.
///
/// SQLite's locks are POSIX locks: a process that closes any descriptor of a file drops all the locks it has on
/// it. So a file's header is read here only while this process has no connection to the file.
static IN_USE: Mutex<BTreeMap<FileId, usize>> = Mutex::new(BTreeMap::new());

/// What is at the place.
#[derive(Debug)]
pub(super) enum Found {
    /// No file, or an empty one.
    Nothing,
    /// A database of ours.
    Database(InUse),
}

/// Announces a connection of this process to a file; kept until the connection is closed.
#[derive(Debug)]
pub(super) struct InUse {
    id: FileId,
}

impl Drop for InUse {
    fn drop(&mut self) {
        let mut in_use = files_in_use();
        match in_use.get_mut(&self.id) {
            Some(connections) if *connections > 1 => *connections -= 1,
            _ => {
                in_use.remove(&self.id);
            }
        }
    }
}

fn files_in_use() -> MutexGuard<'static, BTreeMap<FileId, usize>> {
    IN_USE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The database file's absolute path, without links above it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    file: PathBuf,
}

impl Place {
    /// Finds the place of a path, and makes the directories above it.
    pub(super) fn at(path: &Path) -> Result<Self, StoreError> {
        let what = format!("opening the store {}", path.display());
        let name = path
            .file_name()
            .ok_or_else(|| StoreError::unavailable(&what, "the path names no file", failure::ANOTHER_FILE))?;
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let in_parent = |error: io::Error| failure::io(&format!("{what} in {}", parent.display()), &error);
        DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(in_parent)?;
        Ok(Self { file: parent.canonicalize().map_err(in_parent)?.join(name) })
    }

    /// The database file.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// The directory the file is in.
    pub(super) fn directory(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("/"))
    }

    /// A file beside the database, named after it.
    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(self.file.as_os_str());
        name.push(suffix);
        PathBuf::from(name)
    }

    /// What an error about opening is about.
    pub(super) fn opening(&self) -> String {
        format!("opening the store {}", self.file.display())
    }

    /// Looks at the file without changing it, and refuses what is not ours.
    pub(super) fn inspect(&self) -> Result<Found, StoreError> {
        let metadata = match fs::symlink_metadata(&self.file) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(failure::io(&self.opening(), &error)),
        };
        self.refuse_strange_files(&metadata)?;
        if metadata.len() == 0 {
            return Ok(Found::Nothing);
        }
        self.inspect_header((metadata.dev(), metadata.ino())).map(Found::Database)
    }

    fn refuse_strange_files(&self, metadata: &Metadata) -> Result<(), StoreError> {
        let kind = metadata.file_type();
        if kind.is_symlink() {
            return Err(StoreError::unreadable(&self.opening(), "it is a symbolic link", "name the file it points to"));
        }
        if !kind.is_file() {
            let is = match () {
                () if kind.is_dir() => "a directory",
                () if kind.is_fifo() || kind.is_socket() => "a pipe or socket",
                () => "a device",
            };
            return Err(StoreError::unreadable(&self.opening(), format!("it is {is}"), failure::ANOTHER_FILE));
        }
        let me = nix::unistd::geteuid().as_raw();
        if metadata.uid() != me {
            let why = format!("it belongs to user {}, and this is user {me}", metadata.uid());
            let remedy = format!("run as its owner, or {}", failure::ANOTHER_FILE);
            return Err(StoreError::unreadable(&self.opening(), why, remedy));
        }
        Ok(())
    }

    /// Reads the header unless a connection of this process vouches for the file.
    fn inspect_header(&self, id: FileId) -> Result<InUse, StoreError> {
        let mut in_use = files_in_use();
        if !in_use.contains_key(&id) {
            let header = read_header(&self.file).map_err(|error| failure::io(&self.opening(), &error))?;
            if !is_ours(&header) {
                let remedy = format!("move the file away, or {}", failure::ANOTHER_FILE);
                return Err(StoreError::unreadable(&self.opening(), "it is not a database of bellwether", remedy));
            }
        }
        *in_use.entry(id).or_default() += 1;
        Ok(InUse { id })
    }
}

fn read_header(file: &Path) -> io::Result<Vec<u8>> {
    // What was a file a moment ago may be a pipe by now: do not follow, do not wait.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(file)?;
    let mut header = Vec::with_capacity(HEADER_LENGTH);
    file.take(HEADER_LENGTH as u64).read_to_end(&mut header)?;
    Ok(header)
}

fn is_ours(header: &[u8]) -> bool {
    let id = header.get(APPLICATION_ID_OFFSET..APPLICATION_ID_OFFSET + 4);
    header.starts_with(MAGIC) && id == Some(&APPLICATION_ID.to_be_bytes()[..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_directory_is_made_for_this_user_alone() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::at(&dir.path().join("a/b/store.db")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!((mode(&dir.path().join("a")), mode(place.directory())), (0o700, 0o700));
        assert!(matches!(place.inspect(), Ok(Found::Nothing)));
    }

    #[test]
    fn a_path_without_a_file_is_refused() {
        for path in ["/", "..", ""] {
            assert!(matches!(Place::at(Path::new(path)), Err(StoreError::Unavailable { .. })), "{path}");
        }
    }

    #[test]
    fn neither_directories_nor_links_nor_pipes_are_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::create_dir(path("dir")).unwrap();
        std::os::unix::fs::symlink(path("nowhere"), path("link")).unwrap();
        nix::unistd::mkfifo(&path("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        for name in ["dir", "link", "pipe"] {
            let found = Place::at(&path(name)).unwrap().inspect();
            assert!(matches!(found, Err(StoreError::Unreadable { .. })), "{name}: {found:?}");
        }
    }

    #[test]
    fn a_file_is_not_read_while_a_connection_to_it_is_open() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::at(&dir.path().join("store.db")).unwrap();
        let first = crate::sqlite::create::create(&place, std::time::Duration::ZERO).unwrap();
        fs::write(place.file(), "no longer ours").unwrap();
        let second = place.inspect().unwrap();
        drop(first);
        assert!(matches!(place.inspect(), Ok(Found::Database(_))));
        drop(second);
        assert!(matches!(place.inspect(), Err(StoreError::Unreadable { .. })));
    }

    #[test]
    fn the_id_in_the_header_decides() {
        let mut header = vec![0; HEADER_LENGTH];
        header[..MAGIC.len()].copy_from_slice(MAGIC);
        assert!(!is_ours(&header));
        header[68..72].copy_from_slice(&APPLICATION_ID.to_be_bytes());
        assert!(is_ours(&header));
        assert!(!is_ours(&header[..70]));
        assert!(!is_ours(b""));
    }
}
