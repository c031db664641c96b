//! The history: one row per run and outcome, in the order they were added.

use bellwether_core::claim::Entry;
use bellwether_core::store::{Cursor, HistoryPage, HistoryQuery, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, params};

use super::{LARGEST_PAGE, failure, transaction};

const INSERT: &str =
    "INSERT INTO history (job, run_id, outcome, recorded, entry, output) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (job, run_id, outcome) DO NOTHING";

/// Two statements instead of one with an OR, so that each is read in order from an index.
const OF_ALL_JOBS: &str = "SELECT seq, entry, output FROM history WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2";
pub(super) const OF_ONE_JOB: &str =
    "SELECT seq, entry, output FROM history WHERE job = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";

/// Where a part of the history ends that is pruned at once, when it begins after ?1.
const PART: &str = "SELECT max(seq) FROM (SELECT seq FROM history WHERE seq > ?1 ORDER BY seq LIMIT ?2)";
/// Without its Z a time sorts before those that share its digits and have more of them.
const PRUNE: &str = "DELETE FROM history WHERE seq > ?1 AND seq <= ?2 AND rtrim(recorded, 'Z') < rtrim(?3, 'Z')";

/// How many lines a transaction looks at when it prunes: claims wait for its end.
const PART_LENGTH: i64 = 500;

pub(super) fn append(connection: &mut Connection, entry: &Entry, what: &str) -> Result<(), StoreError> {
    transaction::change(connection, what, |transaction| insert(transaction, entry).map(Some)).map(|_| ())
}

/// Adds an entry; one that is there already changes nothing.
pub(super) fn insert(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    let text = entry.encode().map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    transaction.prepare_cached(INSERT)?.execute(params![
        entry.job.as_str(),
        entry.run_id.as_str(),
        entry.outcome.as_str(),
        entry.recorded.to_string(),
        text,
        entry.output.tail,
    ])?;
    Ok(())
}

pub(super) fn page(connection: &Connection, query: &HistoryQuery, what: &str) -> Result<HistoryPage, StoreError> {
    if query.limit == 0 {
        return Ok(HistoryPage::default());
    }
    let before = query.before.as_ref().map_or(Ok(i64::MAX), Cursor::number);
    let before = before.map_err(|error| StoreError::unreadable(what, &error, error.remedy()))?;
    let limit = query.limit.min(LARGEST_PAGE);
    let rows = rows(connection, query, before, limit).map_err(|error| failure::statement(what, &error))?;
    cut(rows, limit, what)
}

/// Removes what was recorded before an instant, in short transactions that let claims through between them.
pub(super) fn prune(connection: &mut Connection, before: Timestamp, what: &str) -> Result<u64, StoreError> {
    let mut removed = 0;
    let mut after = 0;
    while let Some((end, lines)) = prune_part(connection, after, before, what)? {
        removed += lines as u64;
        after = end;
    }
    Ok(removed)
}

/// Prunes the part of the history after a line; where it ended and how much was removed. None at the end.
fn prune_part(
    connection: &mut Connection,
    after: i64,
    before: Timestamp,
    what: &str,
) -> Result<Option<(i64, usize)>, StoreError> {
    transaction::change(connection, what, |transaction| {
        let end: Option<i64> = transaction.prepare_cached(PART)?.query_row([after, PART_LENGTH], |row| row.get(0))?;
        end.map(|end| {
            let lines = transaction.prepare_cached(PRUNE)?.execute(params![after, end, before.to_string()])?;
            Ok((end, lines))
        })
        .transpose()
    })
}

/// A row: its place, the entry's text, and the output.
type Kept = (i64, String, Vec<u8>);

/// Makes a page of the rows; a row beyond the limit shows that there is a next page.
fn cut(mut rows: Vec<Kept>, limit: usize, what: &str) -> Result<HistoryPage, StoreError> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(seq, ..)| Cursor(seq.to_string()));
    let entries = rows.into_iter().map(|(_, text, output)| {
        Entry::decode(&text, output).map_err(|error| StoreError::unreadable(what, &error, error.remedy()))
    });
    Ok(HistoryPage { entries: entries.collect::<Result<_, _>>()?, next })
}

/// Reads one row more than the limit, where there is one.
fn rows(connection: &Connection, query: &HistoryQuery, before: i64, limit: usize) -> rusqlite::Result<Vec<Kept>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let kept = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    match &query.job {
        None => connection.prepare_cached(OF_ALL_JOBS)?.query_map(params![before, limit], kept)?.collect(),
        Some(job) => {
            connection.prepare_cached(OF_ONE_JOB)?.query_map(params![job.as_str(), before, limit], kept)?.collect()
        }
    }
}
