//! The history: one row per run and outcome, in the order they were added.

use std::error::Error;
use std::str::FromStr;

use bellwether_core::claim::{Entry, KeptOutput, Outcome};
use bellwether_core::store::{Cursor, HistoryPage, HistoryQuery, StoreError};
use bellwether_core::time::Tick;
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

use super::failure::{self, Call};
use super::records::DURABLE;
use super::session::{Parameter, Session};
use super::{LARGEST_PAGE, notes};

const COLUMNS: &str = "job, run_id, outcome, tick, node, fence, attempt, started, ended, status, note, output_tail, \
     output_total, recorded";
const COLUMN_COUNT: usize = 14;

/// Two statements instead of one with an OR, so that each is read in order from an index.
const OF_ALL_JOBS: &str = "SELECT * FROM bellwether_history WHERE seq < $1 ORDER BY seq DESC LIMIT $2";
const OF_ONE_JOB: &str = "SELECT * FROM bellwether_history WHERE seq < $1 AND job = $3 ORDER BY seq DESC LIMIT $2";

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

/// Entries as the columns of a table; numbers without a sign are kept bit by bit in signed ones.
pub(super) struct Lines<'a> {
    job: Vec<&'a str>,
    run_id: Vec<&'a str>,
    outcome: Vec<&'a str>,
    tick: Vec<String>,
    node: Vec<&'a str>,
    fence: Vec<i64>,
    attempt: Vec<i64>,
    started: Vec<Option<String>>,
    ended: Vec<Option<String>>,
    status: Vec<Option<i32>>,
    note: Vec<Option<String>>,
    output_tail: Vec<&'a [u8]>,
    output_total: Vec<i64>,
    recorded: Vec<String>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(entries: &'a [Entry]) -> Self {
        fn column<'a, T>(entries: &'a [Entry], value: impl Fn(&'a Entry) -> T) -> Vec<T> {
            entries.iter().map(value).collect()
        }
        let text = |time: Timestamp| time.to_string();
        Self {
            job: column(entries, |entry| entry.job.as_str()),
            run_id: column(entries, |entry| entry.run_id.as_str()),
            outcome: column(entries, |entry| entry.outcome.as_str()),
            tick: column(entries, |entry| entry.tick.to_string()),
            node: column(entries, |entry| entry.node.as_str()),
            fence: column(entries, |entry| entry.fence.cast_signed()),
            attempt: column(entries, |entry| i64::from(entry.attempt)),
            started: column(entries, |entry| entry.started.map(text)),
            ended: column(entries, |entry| entry.ended.map(text)),
            status: column(entries, |entry| entry.status),
            note: column(entries, |entry| entry.note.as_deref().map(notes::written)),
            output_tail: column(entries, |entry| entry.output.tail.as_slice()),
            output_total: column(entries, |entry| entry.output.total.cast_signed()),
            recorded: column(entries, |entry| entry.recorded.to_string()),
        }
    }

    /// The columns in the order of [`COLUMNS`].
    pub(super) fn parameters(&self) -> [Parameter<'_>; COLUMN_COUNT] {
        [
            (&self.job, Type::TEXT_ARRAY),
            (&self.run_id, Type::TEXT_ARRAY),
            (&self.outcome, Type::TEXT_ARRAY),
            (&self.tick, Type::TEXT_ARRAY),
            (&self.node, Type::TEXT_ARRAY),
            (&self.fence, Type::INT8_ARRAY),
            (&self.attempt, Type::INT8_ARRAY),
            (&self.started, Type::TEXT_ARRAY),
            (&self.ended, Type::TEXT_ARRAY),
            (&self.status, Type::INT4_ARRAY),
            (&self.note, Type::TEXT_ARRAY),
            (&self.output_tail, Type::BYTEA_ARRAY),
            (&self.output_total, Type::INT8_ARRAY),
            (&self.recorded, Type::TEXT_ARRAY),
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
    let lines = Lines::of(std::slice::from_ref(entry));
    let statement = format!("{} RETURNING {DURABLE}", insertion(1, ""));
    session.query(Call::Write, what, &statement, &lines.parameters()).await.map(|_| ())
}

pub(super) async fn page(session: &Session, query: &HistoryQuery, what: &str) -> Result<HistoryPage, StoreError> {
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
    cut(&rows, limit).map_err(|error| failure::strange_row(what, error))
}

/// Makes a page of the rows.
fn cut(rows: &[Row], limit: usize) -> Result<HistoryPage, Strange> {
    let more = rows.len() > limit;
    let rows = &rows[..limit.min(rows.len())];
    let end = rows.last().filter(|_| more).map(|row| value::<i64>(row, "seq")).transpose()?;
    let entries = rows.iter().map(entry).collect::<Result<_, _>>()?;
    Ok(HistoryPage { entries, next: end.map(|seq| Cursor(seq.to_string())) })
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

/// Why a row is none that this release writes.
type Strange = Box<dyn Error + Send + Sync>;

fn entry(row: &Row) -> Result<Entry, Strange> {
    Ok(Entry {
        job: parsed(row, "job")?,
        run_id: parsed(row, "run_id")?,
        outcome: outcome(row)?,
        tick: Tick::at(parsed(row, "tick")?),
        node: parsed(row, "node")?,
        fence: value::<i64>(row, "fence")?.cast_unsigned(),
        attempt: value::<i64>(row, "attempt")?.try_into()?,
        started: time(row, "started")?,
        ended: time(row, "ended")?,
        status: value(row, "status")?,
        note: value::<Option<&str>>(row, "note")?.map(notes::read),
        output: KeptOutput {
            tail: value(row, "output_tail")?,
            total: value::<i64>(row, "output_total")?.cast_unsigned(),
        },
        recorded: parsed(row, "recorded")?,
    })
}

fn value<'a, T: FromSql<'a>>(row: &'a Row, column: &str) -> Result<T, Strange> {
    Ok(row.try_get(column)?)
}

fn parsed<T>(row: &Row, column: &str) -> Result<T, Strange>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    value::<&str>(row, column)?.parse().map_err(|error: T::Err| format!("column {column}: {error}").into())
}

fn time(row: &Row, column: &str) -> Result<Option<Timestamp>, Strange> {
    let text = value::<Option<&str>>(row, column)?;
    text.map(|text| text.parse().map_err(|error: jiff::Error| format!("column {column}: {error}").into())).transpose()
}

fn outcome(row: &Row) -> Result<Outcome, Strange> {
    let word: &str = value(row, "outcome")?;
    let known = [Outcome::Done, Outcome::Lost, Outcome::Skipped, Outcome::Replaced];
    let named = known.into_iter().find(|outcome| outcome.as_str() == word);
    named.ok_or_else(|| format!("'{word}' is no outcome this release knows").into())
}
