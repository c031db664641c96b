//! How a database is opened: fast when it is ready to be used, patiently when it is not.

use std::thread;
use std::time::Duration;

use bellwether_core::store::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::create::{self, PAUSE, SetUpLock};
use super::failure;
use super::place::{Found, InUse, Place};
use super::schema::{self, Age};

/// The write-ahead log is moved into the database when it has this many pages of 4 KiB. It is kept between
/// processes, and the first to open reads it whole: a short log opens fast, a long one is moved less often.
const LOG_PAGES: u32 = 128;

/// An open database. The fields' order matters: the connection is closed before the file counts as unused.
#[derive(Debug)]
pub(super) struct Database {
    pub(super) connection: Connection,
    _in_use: InUse,
}

/// Opens the database at a place, and makes it when there is none.
pub(super) fn open(place: &Place, patience: Duration) -> Result<Database, StoreError> {
    let in_use = match place.inspect()? {
        Found::Database(in_use) => in_use,
        Found::Nothing => create::create(place, patience)?,
    };
    let failed = |error: rusqlite::Error| failure::statement(&place.opening(), &error);
    let mut connection = connect(place, patience).map_err(failed)?;
    if !is_ready(place, &connection)? {
        let _lock = SetUpLock::wait(place, patience)?;
        // Looked at again under the lock: another process, of another release perhaps, may have done it meanwhile.
        if !is_ready(place, &connection)? {
            schema::upgrade(&mut connection).map_err(failed)?;
            switch_to_log(place, &connection, patience)?;
        }
    }
    Ok(Database { connection, _in_use: in_use })
}

fn connect(place: &Place, patience: Duration) -> rusqlite::Result<Connection> {
    // The path is absolute, so SQLite cannot take it for a URI; NOFOLLOW refuses a link that came after we looked.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(place.file(), flags)?;
    connection.busy_timeout(patience)?;
    // Moving the log at the end of every process would cost two more fsyncs than the claim itself.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // FULL: a confirmed claim survives a loss of power.
    connection.execute_batch(&format!("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {LOG_PAGES}"))?;
    Ok(connection)
}

/// Whether the database can be used as it is; reads only.
fn is_ready(place: &Place, connection: &Connection) -> Result<bool, StoreError> {
    let failed = |error: rusqlite::Error| failure::statement(&place.opening(), &error);
    match schema::age(connection).map_err(failed)? {
        Age::Newer(version) => {
            let why = format!("its schema version {version} is not known to this release");
            Err(StoreError::unreadable(&place.opening(), why, "upgrade bellwether on this node"))
        }
        Age::Older => Ok(false),
        Age::Current => {
            let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(failed)?;
            Ok(mode == "wal")
        }
    }
}

/// Turns the write-ahead log on, where a copy or another program has turned it off.
fn switch_to_log(place: &Place, connection: &Connection, patience: Duration) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| failure::statement(&place.opening(), &error);
    // In some of its steps SQLite does not wait for others to leave the file; so it is all done here.
    connection.busy_timeout(Duration::ZERO).map_err(failed)?;
    let mode =
        patiently(patience, || connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)));
    connection.busy_timeout(patience).map_err(failed)?;
    let mode: String = mode.map_err(failed)?;
    if mode == "wal" {
        return Ok(());
    }
    let why = format!("the file system allows no write-ahead log, only '{mode}'");
    Err(StoreError::unavailable(&place.opening(), why, "choose a file on a local disk with --store sqlite:PATH"))
}

/// Tries again while others keep the file busy, for so long.
fn patiently<T>(patience: Duration, attempt: impl Fn() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let mut left = patience;
    loop {
        match attempt() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && !left.is_zero() => {
                thread::sleep(PAUSE);
                left = left.saturating_sub(PAUSE);
            }
            result => return result,
        }
    }
}
