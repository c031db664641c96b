//! The history: one row per run and outcome, in the order they were added.

use std::error::Error;
use std::str::FromStr;

use bellwether_core::claim::{Entry, KeptOutput, Outcome};
use bellwether_core::store::{Cursor, HistoryPage, HistoryQuery, StoreError};
use bellwether_core::time::Tick;
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, Row, Transaction, params};

use super::{LARGEST_PAGE, failure, transaction};

const INSERT: &str =
    "INSERT INTO history (job, run_id, outcome, tick, node, fence, attempt, started, ended, status, note,
        output_tail, output_total, recorded)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
    ON CONFLICT (job, run_id, outcome) DO NOTHING";

/// Two statements instead of one with an OR, so that each is read in order from an index.
const OF_ALL_JOBS: &str = "SELECT * FROM history WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2";
pub(super) const OF_ONE_JOB: &str = "SELECT * FROM history WHERE job = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3";

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
///
/// SQLite's integers are signed: the numbers without a sign are kept bit by bit.
pub(super) fn insert(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    transaction.prepare_cached(INSERT)?.execute(params![
        entry.job.as_str(),
        entry.run_id.as_str(),
        entry.outcome.as_str(),
        entry.tick.to_string(),
        entry.node.as_str(),
        entry.fence.cast_signed(),
        entry.attempt,
        entry.started.map(|time| time.to_string()),
        entry.ended.map(|time| time.to_string()),
        entry.status,
        entry.note,
        entry.output.tail,
        entry.output.total.cast_signed(),
        entry.recorded.to_string(),
    ])?;
    Ok(())
}

pub(super) fn page(connection: &Connection, query: &HistoryQuery, what: &str) -> Result<HistoryPage, StoreError> {
    if query.limit == 0 {
        return Ok(HistoryPage::default());
    }
    let before = match &query.before {
        None => i64::MAX,
        Some(Cursor(text)) => text.parse().map_err(|_| {
            failure::unreadable(what, format!("'{text}' is not where a page ended"), "begin at the newest entry")
        })?,
    };
    let limit = query.limit.min(LARGEST_PAGE);
    let rows = rows(connection, query, before, limit).map_err(|error| failure::statement(what, &error))?;
    Ok(cut(rows, limit))
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

/// Makes a page of the rows; a row beyond the limit shows that there is a next page.
fn cut(mut rows: Vec<(i64, Entry)>, limit: usize) -> HistoryPage {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(seq, _)| Cursor(seq.to_string()));
    HistoryPage { entries: rows.into_iter().map(|(_, entry)| entry).collect(), next }
}

/// Reads one row more than the limit, where there is one.
fn rows(
    connection: &Connection,
    query: &HistoryQuery,
    before: i64,
    limit: usize,
) -> rusqlite::Result<Vec<(i64, Entry)>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    match &query.job {
        None => connection.prepare_cached(OF_ALL_JOBS)?.query_map(params![before, limit], row)?.collect(),
        Some(job) => {
            connection.prepare_cached(OF_ONE_JOB)?.query_map(params![job.as_str(), before, limit], row)?.collect()
        }
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<(i64, Entry)> {
    let entry = Entry {
        job: parsed(row, "job")?,
        run_id: parsed(row, "run_id")?,
        outcome: outcome(row)?,
        tick: Tick::at(parsed(row, "tick")?),
        node: parsed(row, "node")?,
        fence: row.get::<_, i64>("fence")?.cast_unsigned(),
        attempt: row.get("attempt")?,
        started: time(row, "started")?,
        ended: time(row, "ended")?,
        status: row.get("status")?,
        note: row.get("note")?,
        output: KeptOutput { tail: row.get("output_tail")?, total: row.get::<_, i64>("output_total")?.cast_unsigned() },
        recorded: parsed(row, "recorded")?,
    };
    Ok((row.get("seq")?, entry))
}

fn parsed<T>(row: &Row<'_>, column: &str) -> rusqlite::Result<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    row.get_ref(column)?.as_str()?.parse().map_err(|error| not_understood(row, column, error))
}

fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    match row.get_ref(column)?.as_str_or_null()? {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|error: jiff::Error| not_understood(row, column, error)),
    }
}

fn outcome(row: &Row<'_>) -> rusqlite::Result<Outcome> {
    let word = row.get_ref("outcome")?.as_str()?;
    let known = [Outcome::Done, Outcome::Lost, Outcome::Skipped, Outcome::Replaced];
    let named = known.into_iter().find(|outcome| outcome.as_str() == word);
    named.ok_or_else(|| not_understood(row, "outcome", format!("'{word}' is no outcome this release knows")))
}

fn not_understood(row: &Row<'_>, column: &str, error: impl Into<Box<dyn Error + Send + Sync>>) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::FromSqlConversionFailure(index, Type::Text, error.into())
}
