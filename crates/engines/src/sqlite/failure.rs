//! Errors in words: what failed, on what, why, and what to do.

use std::io;

use bellwether_core::store::StoreError;
use rusqlite::ErrorCode;
use tokio::task::JoinError;

const FREE_SPACE: &str = "the file system is full; free some space and run again";
const NOT_WRITABLE: &str =
    "check that this user may write the file and its directory, or choose another file with --store sqlite:PATH";

/// What to do about a file whose content makes no sense.
pub(super) const DAMAGED: &str =
    "the file is damaged; restore it from a copy, or move it away to begin without claims and history";
/// What to do about a file that will not do.
pub(super) const ANOTHER_FILE: &str = "choose another file with --store sqlite:PATH";
/// What to do when only the moment was wrong.
pub(super) const RUN_AGAIN: &str = "run again";

/// What an operation on the file itself, not through SQLite, ran into.
pub(super) fn io(what: &str, error: &io::Error) -> StoreError {
    let remedy = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FREE_SPACE,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => NOT_WRITABLE,
        _ => "check the path, or choose another file with --store sqlite:PATH",
    };
    StoreError::unavailable(what, error, remedy)
}

/// What a statement ran into; nothing was changed by it.
pub(super) fn statement(what: &str, error: &rusqlite::Error) -> StoreError {
    let remedy = remedy(error);
    if is_about_content(error) {
        StoreError::unreadable(what, error, remedy)
    } else {
        StoreError::unavailable(what, error, remedy)
    }
}

/// What a COMMIT ran into. The change may be in the log all the same, and be seen when the log is next read from
/// disk; only a busy file is known to have taken nothing.
pub(super) fn commit(what: &str, error: &rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy) => statement(what, error),
        _ => StoreError::answer_lost(what, error, remedy(error)),
    }
}

/// The thread that read ended early.
pub(super) fn stopped_reading(what: &str, error: &JoinError) -> StoreError {
    StoreError::unavailable(what, format!("the work was stopped: {error}"), RUN_AGAIN)
}

/// The thread that wrote ended early, before or after the COMMIT.
pub(super) fn stopped_writing(what: &str, error: &JoinError) -> StoreError {
    StoreError::answer_lost(what, format!("the work was stopped: {error}"), RUN_AGAIN)
}

/// Whether the file holds the wrong thing, rather than being out of reach.
fn is_about_content(error: &rusqlite::Error) -> bool {
    use rusqlite::Error;
    match error {
        // `Unknown` is SQLITE_ERROR, for statements of ours: a table or column is not there.
        Error::SqliteFailure(failure, _) => {
            matches!(failure.code, ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown)
        }
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::Utf8Error(..) => true,
        _ => false,
    }
}

fn remedy(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            "other processes kept the file locked; find them with 'fuser FILE', or run again later"
        }
        Some(ErrorCode::DiskFull) => FREE_SPACE,
        Some(ErrorCode::SystemIoFailure) => "the disk failed or is full; look into the system log",
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => NOT_WRITABLE,
        Some(ErrorCode::OutOfMemory) => "free some memory and run again",
        Some(_) => DAMAGED,
        None if is_about_content(error) => DAMAGED,
        None => RUN_AGAIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    fn failure(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn a_busy_file_took_nothing() {
        assert!(matches!(statement("x", &failure(ffi::SQLITE_BUSY)), StoreError::Unavailable { .. }));
        assert!(matches!(commit("x", &failure(ffi::SQLITE_BUSY)), StoreError::Unavailable { .. }));
    }

    #[test]
    fn a_commit_that_failed_otherwise_is_unknown() {
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_WRITE] {
            assert!(matches!(commit("x", &failure(code)), StoreError::AnswerLost { .. }), "{code}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_content_is_told_from_what_is_out_of_reach() {
        for code in [ffi::SQLITE_NOTADB, ffi::SQLITE_CORRUPT, ffi::SQLITE_ERROR] {
            assert!(matches!(statement("x", &failure(code)), StoreError::Unreadable { .. }), "{code}");
        }
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_CANTOPEN, ffi::SQLITE_READONLY, ffi::SQLITE_IOERR] {
            assert!(matches!(statement("x", &failure(code)), StoreError::Unavailable { .. }), "{code}");
        }
    }

    #[test]
    fn a_full_disk_says_what_to_do() {
        assert!(statement("x", &failure(ffi::SQLITE_FULL)).remedy().contains("free some space"));
        assert!(io("x", &io::Error::from(io::ErrorKind::StorageFull)).remedy().contains("free some space"));
    }
}
