//! The tables, and how they change between releases.
//!
//! To change them, add a step; a step that was released is never edited.

use rusqlite::{Connection, TransactionBehavior};

/// Marks our databases among those of other programs: "Bell".
pub(super) const APPLICATION_ID: i32 = 0x4265_6c6c;

/// Step n brings a database of version n to version n + 1; `PRAGMA user_version` counts the steps taken.
///
/// Times are RFC 3339, which keeps nanoseconds and reads well in the `sqlite3` shell. The index by job alone also
/// orders by seq: SQLite ends every index with the row's id.
const STEPS: [&str; 1] = ["
    CREATE TABLE records (
        job TEXT NOT NULL PRIMARY KEY,
        version INTEGER NOT NULL,
        record TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE history (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        job TEXT NOT NULL,
        run_id TEXT NOT NULL,
        outcome TEXT NOT NULL,
        recorded TEXT NOT NULL,
        entry TEXT NOT NULL,
        output BLOB NOT NULL,
        UNIQUE (job, run_id, outcome)
    ) STRICT;
    CREATE INDEX history_by_job ON history (job);
"];

/// What is to be done before a database can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// Nothing.
    Current,
    /// The missing steps.
    Older,
    /// Nothing can be done by this release; the version found.
    Newer(i64),
}

/// Compares a database's version with this release's.
pub(super) fn age(connection: &Connection) -> rusqlite::Result<Age> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(match usize::try_from(version) {
        Ok(version) if version < STEPS.len() => Age::Older,
        Ok(version) if version == STEPS.len() => Age::Current,
        _ => Age::Newer(version),
    })
}

/// Takes the steps that are missing, all or none of them.
pub(super) fn upgrade(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let taken: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (version, step) in (1_i64..).zip(STEPS) {
        if version > taken {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", version)?;
        }
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upgrade_is_done_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert_eq!(age(&connection).unwrap(), Age::Older);
        upgrade(&mut connection).unwrap();
        assert_eq!(age(&connection).unwrap(), Age::Current);
        upgrade(&mut connection).unwrap();
        assert_eq!(age(&connection).unwrap(), Age::Current);
    }

    #[test]
    fn a_newer_or_senseless_version_is_told() {
        let connection = Connection::open_in_memory().unwrap();
        for version in [2, i64::from(i32::MAX), -1] {
            connection.pragma_update(None, "user_version", version).unwrap();
            assert_eq!(age(&connection).unwrap(), Age::Newer(version));
        }
    }

    #[test]
    fn history_of_one_job_is_read_in_order_from_its_index() {
        let mut connection = Connection::open_in_memory().unwrap();
        upgrade(&mut connection).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", crate::sqlite::history::OF_ONE_JOB);
        let plan: String = connection.query_row(&sql, rusqlite::params!["j", 9, 9], |row| row.get(3)).unwrap();
        assert!(plan.contains("INDEX history_by_job (job=? AND rowid<?)"), "{plan}");
    }
}
