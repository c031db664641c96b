//! The tables, and how they change between releases.
//!
//! To change them, add a step; a step that was released is never edited.

use bellwether_core::store::StoreError;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, IsolationLevel};

use super::failure;

/// Step n brings tables of version n to version n + 1.
///
/// Names are compared byte by byte, whatever the database's language. Times are RFC 3339, because PostgreSQL's own
/// lose the nanoseconds. PostgreSQL's text has no NUL; JSON's has one that is escaped.
const STEPS: [&str; 1] = ["
    CREATE TABLE bellwether_claim (
        job text COLLATE \"C\" PRIMARY KEY,
        version bigint NOT NULL,
        record text NOT NULL
    );
    CREATE TABLE bellwether_history (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        job text COLLATE \"C\" NOT NULL,
        run_id text COLLATE \"C\" NOT NULL,
        outcome text COLLATE \"C\" NOT NULL,
        recorded text COLLATE \"C\" NOT NULL,
        entry text NOT NULL,
        output bytea NOT NULL,
        UNIQUE (job, run_id, outcome)
    );
    CREATE INDEX bellwether_history_by_job ON bellwether_history (job, seq);
"];

/// How many steps were taken, in a table of one row.
const COUNT: &str = "CREATE TABLE IF NOT EXISTS bellwether_schema (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        version bigint NOT NULL
    )";
const SET_VERSION: &str = "INSERT INTO bellwether_schema (version) VALUES ($1)
    ON CONFLICT (one) DO UPDATE SET version = excluded.version RETURNING version";
const VERSION: &str = "SELECT max(version) FROM bellwether_schema";
const STATE: &str = "SELECT pg_is_in_recovery(), (SELECT max(version) FROM bellwether_schema)";
const STATE_WITHOUT_TABLES: &str = "SELECT pg_is_in_recovery(), NULL::bigint";

/// Held while tables are made: "bellweth".
const LOCK: &str = "SELECT pg_advisory_xact_lock(7090192401480119400)";

/// Makes sure that the server takes writes and its tables are of this release.
pub(super) async fn ensure(client: &mut Client, what: &str) -> Result<(), StoreError> {
    let (is_standby, version) = state(client, what).await?;
    if is_standby {
        return Err(StoreError::unavailable(what, "the server is a standby: it takes no writes", failure::READ_ONLY));
    }
    match version {
        version if version == newest() => Ok(()),
        version if (0..newest()).contains(&version) => upgrade(client, what).await,
        version => Err(newer(what, version)),
    }
}

/// Whether the server only follows another, and the tables' version; 0 when there are none.
async fn state(client: &Client, what: &str) -> Result<(bool, i64), StoreError> {
    let failed = |error: Error| failure::connecting(what, &error);
    let rows = match client.query_typed(STATE, &[]).await {
        Err(error) if failure::is_missing_table(&error) => client.query_typed(STATE_WITHOUT_TABLES, &[]).await,
        rows => rows,
    };
    let rows = rows.map_err(failed)?;
    let row = rows.first().ok_or_else(|| failure::strange_row(what, "the server gave no row"))?;
    let version: Option<i64> = row.try_get(1).map_err(failed)?;
    Ok((row.try_get(0).map_err(failed)?, version.unwrap_or_default()))
}

/// Takes the steps that are missing, all or none of them; one session at a time.
async fn upgrade(client: &mut Client, what: &str) -> Result<(), StoreError> {
    let failed = |error: Error| failure::statement(failure::Call::Read, what, &error);
    // Each statement must see what was committed before it, not before the wait for the lock.
    let builder = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted);
    let transaction = builder.start().await.map_err(failed)?;
    transaction.query_typed(LOCK, &[]).await.map_err(failed)?;
    transaction.batch_execute(COUNT).await.map_err(failed)?;
    let rows = transaction.query_typed(VERSION, &[]).await.map_err(failed)?;
    let found = rows.first().map(|row| row.try_get::<_, Option<i64>>(0)).transpose().map_err(failed)?;
    let taken = found.flatten().unwrap_or_default();
    if taken > newest() {
        return Err(newer(what, taken));
    }
    for (version, step) in (1_i64..).zip(STEPS) {
        if version > taken {
            transaction.batch_execute(step).await.map_err(failed)?;
            transaction.query_typed(SET_VERSION, &[(&version, Type::INT8)]).await.map_err(failed)?;
        }
    }
    transaction.commit().await.map_err(failed)
}

fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

fn newer(what: &str, version: i64) -> StoreError {
    let why = format!("the tables' version {version} is not known to this release");
    StoreError::unreadable(what, why, "upgrade bellwether on this node")
}
