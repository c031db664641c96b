//! The records: one row per job, with a version that counts its changes.

use bellwether_core::claim::{Entry, Record};
use bellwether_core::names::JobName;
use bellwether_core::store::{Snapshot, StoreError, Swap, Version};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::failure::{self, Call};
use super::history::{self, Lines};
use super::session::Session;

/// The join gives a row, and with it the time, even when there is no record.
const READ: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, version, record
    FROM (SELECT 1) AS one LEFT JOIN bellwether_claim ON job = $1";
const READ_PART: &str = "SELECT job, record FROM bellwether_claim WHERE job > $1 ORDER BY job LIMIT $2";
/// How many records are read at once.
const PART_LENGTH: i64 = 1_000;

const CREATE: &str = "INSERT INTO bellwether_claim (job, version, record) VALUES ($1, $3 + 1, $2)
    ON CONFLICT (job) DO NOTHING RETURNING version";
/// Another session that changes the row meanwhile is waited for, and its version is the one that is compared.
const REPLACE: &str = "UPDATE bellwether_claim SET version = $3 + 1, record = $2
    WHERE job = $1 AND version = $3 RETURNING version";

/// Makes the COMMIT wait for the disk where the database is set not to: a confirmed claim survives a crash.
pub(super) const DURABLE: &str =
    "CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END";

pub(super) async fn read(session: &Session, job: &JobName, what: &str) -> Result<Snapshot, StoreError> {
    let rows = session.query(Call::Read, what, READ, &[(&job.as_str(), Type::TEXT)]).await?;
    let row = rows.first().ok_or_else(|| failure::strange_row(what, "the server gave no row"))?;
    let (time, version, text) = time_and_record(row).map_err(|error| failure::strange_row(what, error))?;
    let current = version.zip(text).map(|(version, text)| Ok((decoded(text, what)?, named(version))));
    Ok(Snapshot { current: current.transpose()?, store_time: Timestamp::from_microsecond(time).ok() })
}

type TimeAndRecord<'a> = (i64, Option<i64>, Option<&'a str>);

fn time_and_record(row: &Row) -> Result<TimeAndRecord<'_>, tokio_postgres::Error> {
    Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
}

/// Every record, in the order of the jobs' names.
pub(super) async fn read_all(session: &Session, what: &str) -> Result<Vec<(JobName, Record)>, StoreError> {
    let mut records: Vec<(JobName, Record)> = Vec::new();
    loop {
        let after = records.last().map_or("", |(job, _)| job.as_str()).to_owned();
        let rows =
            session.query(Call::Read, what, READ_PART, &[(&after, Type::TEXT), (&PART_LENGTH, Type::INT8)]).await?;
        for row in &rows {
            records.push(named_record(row, what)?);
        }
        if rows.len() < usize::try_from(PART_LENGTH).unwrap_or(usize::MAX) {
            return Ok(records);
        }
    }
}

fn named_record(row: &Row, what: &str) -> Result<(JobName, Record), StoreError> {
    let texts: Result<(String, &str), _> = row.try_get(0).and_then(|job| Ok((job, row.try_get(1)?)));
    let (job, text) = texts.map_err(|error| failure::strange_row(what, error))?;
    let job = JobName::new(job).map_err(|error| failure::strange_row(what, error))?;
    let record = decoded(text, &format!("{what}, job '{job}'"))?;
    Ok((job, record))
}

fn decoded(text: &str, what: &str) -> Result<Record, StoreError> {
    Record::decode(text).map_err(|error| StoreError::unreadable(what, &error, error.remedy()))
}

pub(super) async fn swap(
    session: &Session,
    job: &JobName,
    expected: Option<&Version>,
    record: &str,
    entries: &[Entry],
    what: &str,
) -> Result<Swap, StoreError> {
    let (change, version) = match expected {
        None => (CREATE, 0),
        // A version that is not a number was not made here, so the record cannot be at it.
        Some(version) => match version.as_str().parse::<i64>() {
            Ok(version) => (REPLACE, version),
            Err(_) => return Ok(Swap::Conflict),
        },
    };
    let lines = Lines::of(entries, what)?;
    let job = job.as_str();
    let mut parameters = vec![(&job as _, Type::TEXT), (&record as _, Type::TEXT), (&version as _, Type::INT8)];
    let mut statement = format!("WITH changed AS ({change})");
    if !entries.is_empty() {
        let added = history::insertion(parameters.len() + 1, "WHERE EXISTS (SELECT FROM changed)");
        statement.push_str(&format!(", added AS ({added})"));
        parameters.extend(lines.parameters());
    }
    statement.push_str(&format!(" SELECT version, {DURABLE} FROM changed"));
    let rows = session.query(Call::Write, what, &statement, &parameters).await?;
    let version = rows.first().map(|row| row.try_get::<_, i64>(0)).transpose();
    let version = version.map_err(|error| failure::strange_row(what, error))?;
    Ok(version.map_or(Swap::Conflict, |version| Swap::Swapped(named(version))))
}

fn named(version: i64) -> Version {
    Version::new(version.to_string())
}
