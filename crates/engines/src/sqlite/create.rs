//! How a new database comes to be, however many processes want it at once.
//!
//! One of them, by a lock on a file beside it, builds the database under another name and renames it: nobody ever
//! sees a database that is half made, and a crash leaves nothing that counts.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::thread;
use std::time::Duration;

use bellwether_core::store::StoreError;
use nix::libc;
use rusqlite::{Connection, OpenFlags};

use super::failure;
use super::place::{Found, InUse, Place};
use super::schema;

/// How long to wait between two looks at something that another process holds.
pub(super) const PAUSE: Duration = Duration::from_millis(10);

/// What SQLite may keep beside a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The right to create or upgrade the database; its file stays, because removing it would let two have the right.
#[derive(Debug)]
pub(super) struct SetUpLock {
    _file: File,
}

impl SetUpLock {
    /// Takes the lock; none when another process has it.
    fn try_take(place: &Place) -> Result<Option<Self>, StoreError> {
        let path = place.beside(".lock");
        let failed = |error: io::Error| failure::io(&format!("locking {}", path.display()), &error);
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
        let open =
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).custom_flags(flags).open(&path);
        let file = open.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Takes the lock, and waits for it so long.
    pub(super) fn wait(place: &Place, patience: Duration) -> Result<Self, StoreError> {
        let mut left = patience;
        loop {
            if let Some(lock) = Self::try_take(place)? {
                return Ok(lock);
            }
            left = pause(place, left)?;
        }
    }
}

/// Makes the database, or waits until another process has.
pub(super) fn create(place: &Place, patience: Duration) -> Result<InUse, StoreError> {
    let mut left = patience;
    loop {
        let lock = SetUpLock::try_take(place)?;
        if let Found::Database(in_use) = place.inspect()? {
            return Ok(in_use);
        }
        if lock.is_some() {
            build(place)?;
            return built(place);
        }
        left = pause(place, left)?;
    }
}

fn built(place: &Place) -> Result<InUse, StoreError> {
    match place.inspect()? {
        Found::Database(in_use) => Ok(in_use),
        Found::Nothing => {
            Err(StoreError::unavailable(&place.opening(), "the new file was removed at once", failure::RUN_AGAIN))
        }
    }
}

fn pause(place: &Place, left: Duration) -> Result<Duration, StoreError> {
    if left.is_zero() {
        let lock = place.beside(".lock");
        let remedy = format!("find it with 'fuser {}'", lock.display());
        return Err(StoreError::unavailable(
            &place.opening(),
            "another process has been setting it up for too long",
            remedy,
        ));
    }
    thread::sleep(PAUSE);
    Ok(left.saturating_sub(PAUSE))
}

fn build(place: &Place) -> Result<(), StoreError> {
    let new = place.beside(".new");
    let what = format!("creating the store {}", place.file().display());
    let built = fill(place, &new, &what);
    if built.is_err() {
        // The first error is the one to tell; what cannot be removed now is removed by the next attempt.
        let _ = clear(&new);
    }
    built
}

fn fill(place: &Place, new: &Path, what: &str) -> Result<(), StoreError> {
    let failed = |error: io::Error| failure::io(what, &error);
    clear(new).map_err(failed)?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(new).map_err(failed)?;
    // The umask may have taken away more than we wanted.
    file.set_permissions(Permissions::from_mode(0o600)).map_err(failed)?;
    drop(file);
    write_schema(new).map_err(|error| failure::statement(what, &error))?;
    OpenOptions::new().write(true).open(new).and_then(|file| file.sync_all()).map_err(failed)?;
    // A log that outlived an earlier database of this name would be taken for the new one's.
    clear_companions(place.file()).map_err(failed)?;
    fs::rename(new, place.file()).map_err(failed)?;
    File::open(place.directory()).and_then(|directory| directory.sync_all()).map_err(failed)
}

/// Until the file has its name, a crash loses nothing: SQLite need not sync, the caller does once.
fn write_schema(new: &Path) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut connection = Connection::open_with_flags(new, flags)?;
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY")?;
    schema::upgrade(&mut connection)?;
    connection.execute_batch("PRAGMA journal_mode = WAL")?;
    connection.close().map_err(|(_, error)| error)
}

fn clear(database: &Path) -> io::Result<()> {
    remove(database)?;
    clear_companions(database)
}

fn clear_companions(database: &Path) -> io::Result<()> {
    COMPANIONS.iter().try_for_each(|suffix| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        remove(Path::new(&name))
    })
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_too_long_is_told_for_what() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::at(&dir.path().join("store.db")).unwrap();
        let _held = SetUpLock::try_take(&place).unwrap().unwrap();
        let error = create(&place, PAUSE * 3).unwrap_err();
        assert!(error.to_string().contains("another process"), "{error}");
        assert!(error.remedy().contains("store.db.lock"), "{}", error.remedy());
    }

    #[test]
    fn leftovers_of_a_crash_do_not_matter() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::at(&dir.path().join("store.db")).unwrap();
        for suffix in [".new", ".new-wal", ".new-journal", "-wal", "-shm", "-journal"] {
            fs::write(place.beside(suffix), b"left over").unwrap();
        }
        create(&place, PAUSE).unwrap();
        assert!(matches!(place.inspect(), Ok(Found::Database(_))));
        let mut left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["store.db", "store.db.lock"]);
    }
}
