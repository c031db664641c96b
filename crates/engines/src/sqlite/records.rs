//! The records: one row per job, with a version that counts its changes.

use bellwether_core::claim::{Entry, Record};
use bellwether_core::names::JobName;
use bellwether_core::store::{Snapshot, StoreError, Swap, Version};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{failure, history, transaction};

/// The join gives a row, and with it the time, even when there is no record.
const READ: &str = "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), version, record
    FROM (SELECT 1) LEFT JOIN records ON job = ?1";
const READ_ALL: &str = "SELECT job, record FROM records ORDER BY job";
const CREATE: &str = "INSERT INTO records (job, version, record) VALUES (?1, 1, ?2)
    ON CONFLICT (job) DO NOTHING RETURNING version";
const REPLACE: &str = "UPDATE records SET version = version + 1, record = ?2
    WHERE job = ?1 AND version = ?3 RETURNING version";

/// A compare-and-swap, with what it adds to the history.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) job: JobName,
    pub(super) expected: Option<Version>,
    pub(super) record: String,
    pub(super) entries: Vec<Entry>,
}

pub(super) fn read(connection: &Connection, job: &JobName, what: &str) -> Result<Snapshot, StoreError> {
    let row: rusqlite::Result<(String, Option<i64>, Option<String>)> = connection
        .prepare_cached(READ)
        .and_then(|mut read| read.query_row([job.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))));
    let (time, version, text) = row.map_err(|error| failure::statement(what, &error))?;
    let current = version.zip(text).map(|(version, text)| Ok((decoded(&text, what)?, named(version))));
    Ok(Snapshot { current: current.transpose()?, store_time: time.parse::<Timestamp>().ok() })
}

/// Every record, in the order of the jobs' names: SQLite compares text byte by byte.
pub(super) fn read_all(connection: &Connection, what: &str) -> Result<Vec<(JobName, Record)>, StoreError> {
    let rows: rusqlite::Result<Vec<(String, String)>> = connection
        .prepare_cached(READ_ALL)
        .and_then(|mut read| read.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect());
    let rows = rows.map_err(|error| failure::statement(what, &error))?;
    rows.into_iter().map(|(job, text)| named_record(job, &text, what)).collect()
}

fn named_record(job: String, text: &str, what: &str) -> Result<(JobName, Record), StoreError> {
    let job = JobName::new(job).map_err(|error| StoreError::unreadable(what, error, failure::DAMAGED))?;
    let record = decoded(text, &format!("{what}, job '{job}'"))?;
    Ok((job, record))
}

fn decoded(text: &str, what: &str) -> Result<Record, StoreError> {
    Record::decode(text).map_err(|error| StoreError::unreadable(what, &error, error.remedy()))
}

pub(super) fn swap(connection: &mut Connection, wanted: &Change, what: &str) -> Result<Swap, StoreError> {
    let swapped = transaction::change(connection, what, |transaction| {
        let version = write(transaction, wanted)?;
        if version.is_some() {
            wanted.entries.iter().try_for_each(|entry| history::insert(transaction, entry))?;
        }
        Ok(version)
    })?;
    Ok(swapped.map_or(Swap::Conflict, |version| Swap::Swapped(named(version))))
}

/// Writes the record and gives its new version; none when it was not the expected one.
fn write(transaction: &Transaction<'_>, wanted: &Change) -> rusqlite::Result<Option<i64>> {
    let (job, record) = (wanted.job.as_str(), &wanted.record);
    match &wanted.expected {
        None => transaction.prepare_cached(CREATE)?.query_row(params![job, record], |row| row.get(0)).optional(),
        // A version that is not a number was not made here, so the record cannot be at it.
        Some(version) => match version.as_str().parse::<i64>() {
            Ok(version) => transaction
                .prepare_cached(REPLACE)?
                .query_row(params![job, record, version], |row| row.get(0))
                .optional(),
            Err(_) => Ok(None),
        },
    }
}

fn named(version: i64) -> Version {
    Version::new(version.to_string())
}
