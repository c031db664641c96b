//! The history: one row per run and outcome, in the order they were added.

use bellwether_core::claim::Entry;
use bellwether_core::store::{Cursor, HistoryPage, HistoryQuery, StoreError};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::LARGEST_PAGE;
use super::failure::{self, Call};
use super::records::DURABLE;
use super::session::{Parameter, Session};

const COLUMNS: &str = "job, run_id, outcome, recorded, entry, output";
const COLUMN_COUNT: usize = 6;

/// Two statements instead of one with an OR, so that each is read in order from an index.
const OF_ALL_JOBS: &str = "SELECT seq, entry, output FROM bellwether_history WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
const OF_ONE_JOB: &str =
    "SELECT seq, entry, output FROM bellwether_history WHERE seq < $1 AND job = $3 ORDER BY seq DESC LIMIT $2";

/// Removes from a part of the history, after line $1, what is older than $3; where the part ended, none at the end of
/// all, and how many lines were removed. Without its Z a time sorts before those that share its digits and have more.
const PRUNE: &str = "WITH part AS (
        SELECT seq, recorded FROM bellwether_history WHERE seq > $1 ORDER BY seq LIMIT $2
    ), removed AS (
        DELETE FROM bellwether_history AS line USING part
        WHERE line.seq = part.seq AND rtrim(part.recorded, 'Z') < rtrim($3, 'Z') RETURNING 1
    )
    SELECT (SELECT max(seq) FROM part), (SELECT count(*) FROM removed)";

/// How many lines are looked at in one statement that prunes: it must end in time.
const PART_LENGTH: i64 = 1_000;

/// Entries as the columns of a table.
pub(super) struct Lines<'a> {
    job: Vec<&'a str>,
    run_id: Vec<&'a str>,
    outcome: Vec<&'a str>,
    recorded: Vec<String>,
    entry: Vec<String>,
    output: Vec<&'a [u8]>,
}

impl<'a> Lines<'a> {
    /// # Errors
    /// When an entry cannot be encoded; nothing has been sent then.
    pub(super) fn of(entries: &'a [Entry], what: &str) -> Result<Self, StoreError> {
        let encoded: Result<_, _> = entries.iter().map(Entry::encode).collect();
        Ok(Self {
            job: entries.iter().map(|entry| entry.job.as_str()).collect(),
            run_id: entries.iter().map(|entry| entry.run_id.as_str()).collect(),
            outcome: entries.iter().map(|entry| entry.outcome.as_str()).collect(),
            recorded: entries.iter().map(|entry| entry.recorded.to_string()).collect(),
            entry: encoded
                .map_err(|error: serde_json::Error| StoreError::unavailable(what, error, failure::RUN_AGAIN))?,
            output: entries.iter().map(|entry| entry.output.tail.as_slice()).collect(),
        })
    }

    /// The columns in the order of [`COLUMNS`].
    pub(super) fn parameters(&self) -> [Parameter<'_>; COLUMN_COUNT] {
        [
            (&self.job, Type::TEXT_ARRAY),
            (&self.run_id, Type::TEXT_ARRAY),
            (&self.outcome, Type::TEXT_ARRAY),
            (&self.recorded, Type::TEXT_ARRAY),
            (&self.entry, Type::TEXT_ARRAY),
            (&self.output, Type::BYTEA_ARRAY),
        ]
    }
}

/// A statement that adds [`Lines`], in their order, when a condition holds; their parameters begin at number `first`.
/// A line that is there already changes nothing.
pub(super) fn insertion(first: usize, condition: &str) -> String {
    let columns: Vec<_> = (first..first + COLUMN_COUNT).map(|number| format!("${number}")).collect();
    format!(
        "INSERT INTO bellwether_history ({COLUMNS})
        SELECT {COLUMNS} FROM unnest({}) WITH ORDINALITY AS line ({COLUMNS}, place) {condition} ORDER BY place
        ON CONFLICT (job, run_id, outcome) DO NOTHING",
        columns.join(", ")
    )
}

pub(super) async fn append(session: &Session, entry: &Entry, what: &str) -> Result<(), StoreError> {
    let lines = Lines::of(std::slice::from_ref(entry), what)?;
    let statement = format!("{} RETURNING {DURABLE}", insertion(1, ""));
    session.query(Call::Write, what, &statement, &lines.parameters()).await.map(|_| ())
}

pub(super) async fn page(session: &Session, query: &HistoryQuery, what: &str) -> Result<HistoryPage, StoreError> {
    if query.limit == 0 {
        return Ok(HistoryPage::default());
    }
    let before = query.before.as_ref().map_or(Ok(i64::MAX), Cursor::number);
    let before = before.map_err(|error| StoreError::unreadable(what, &error, error.remedy()))?;
    let limit = query.limit.min(LARGEST_PAGE);
    // One more than asked for shows that there is a next page.
    let rows = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let range: [Parameter<'_>; 2] = [(&before, Type::INT8), (&rows, Type::INT8)];
    let rows = match &query.job {
        None => session.query(Call::Read, what, OF_ALL_JOBS, &range).await?,
        Some(job) => {
            let [before, rows] = range;
            session.query(Call::Read, what, OF_ONE_JOB, &[before, rows, (&job.as_str(), Type::TEXT)]).await?
        }
    };
    cut(&rows, limit, what)
}

/// Makes a page of the rows.
fn cut(rows: &[Row], limit: usize, what: &str) -> Result<HistoryPage, StoreError> {
    let more = rows.len() > limit;
    let rows = &rows[..limit.min(rows.len())];
    let strange = |error: tokio_postgres::Error| failure::strange_row(what, error);
    let end: Option<i64> = rows.last().filter(|_| more).map(|row| row.try_get(0)).transpose().map_err(strange)?;
    let entries = rows.iter().map(|row| {
        let (text, output): (&str, Vec<u8>) =
            row.try_get(1).and_then(|text| Ok((text, row.try_get(2)?))).map_err(strange)?;
        Entry::decode(text, output).map_err(|error| StoreError::unreadable(what, &error, error.remedy()))
    });
    Ok(HistoryPage { entries: entries.collect::<Result<_, _>>()?, next: end.map(|seq| Cursor(seq.to_string())) })
}

/// Removes what was recorded before an instant, part by part.
pub(super) async fn prune(session: &Session, before: Timestamp, what: &str) -> Result<u64, StoreError> {
    let before = before.to_string();
    let (mut after, mut removed) = (0_i64, 0);
    loop {
        let parameters: [Parameter<'_>; 3] = [(&after, Type::INT8), (&PART_LENGTH, Type::INT8), (&before, Type::TEXT)];
        let rows = session.query(Call::Write, what, PRUNE, &parameters).await?;
        let row = rows.first().ok_or_else(|| failure::strange_row(what, "the server gave no row"))?;
        let part: Result<(Option<i64>, i64), _> = row.try_get(0).and_then(|end| Ok((end, row.try_get(1)?)));
        let (end, lines) = part.map_err(|error| failure::strange_row(what, error))?;
        removed += u64::try_from(lines).unwrap_or_default();
        // A part that ends where it began would be looked at for ever.
        match end.filter(|end| *end > after) {
            Some(end) => after = end,
            None => return Ok(removed),
        }
    }
}
