//! Errors in words: what failed, on what, why, and what to do.

use std::error::Error as _;
use std::fmt::Display;
use std::io;
use std::time::Duration;

use bellwether_core::store::StoreError;
use bellwether_core::text::{causes, shown};
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

/// What to do when only the moment was wrong.
pub(super) const RUN_AGAIN: &str = "run again";
/// What to do about tables that are not what they were.
pub(super) const DAMAGED: &str = "the tables are damaged, or of another program; restore them from a copy, or use \
     another database or schema";
/// What to do about a server that takes no writes.
pub(super) const READ_ONLY: &str =
    "name the primary in --store, or all servers with commas between them: the one that takes writes is used";
const UNREACHABLE: &str = "check that the server runs, and the host and port in --store";
const UNTRUSTED: &str =
    "name the authority's certificate with sslrootcert=PATH, and the server as its certificate does";
const REFUSED: &str = "check user, password and sslmode in --store, and the server's pg_hba.conf";
const SERVER_LOG: &str = "look into the server's log";

/// Whether a statement changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// It reads only.
    Read,
    /// It makes a change.
    Write,
}

/// A row has a value that no release of ours writes.
pub(super) fn strange_row(what: &str, why: impl Display) -> StoreError {
    StoreError::unreadable(what, shown(&why.to_string()), DAMAGED)
}

/// What a connection ran into before any statement of ours was sent.
pub(super) fn connecting(what: &str, error: &Error) -> StoreError {
    let remedy = match error.as_db_error() {
        Some(refusal) => remedy(refusal),
        None => connection_remedy(error),
    };
    StoreError::unavailable(what, why(error), remedy)
}

/// What a statement ran into.
pub(super) fn statement(call: Call, what: &str, error: &Error) -> StoreError {
    let Some(refusal) = error.as_db_error() else {
        return lost(call, what, why(error), UNREACHABLE);
    };
    match refusal.code() {
        _ if !is_certain(refusal) => lost(call, what, why(error), remedy(refusal)),
        code if is_about_content(code) => StoreError::unreadable(what, why(error), remedy(refusal)),
        _ => StoreError::unavailable(what, why(error), remedy(refusal)),
    }
}

/// No answer came in time.
pub(super) fn timed_out(call: Call, what: &str, limit: Duration) -> StoreError {
    lost(
        call,
        what,
        format!("no answer within {limit:?}"),
        "look at the server's load and the network; run again later",
    )
}

fn lost(call: Call, what: &str, why: String, remedy: &str) -> StoreError {
    match call {
        Call::Read => StoreError::unavailable(what, why, remedy),
        Call::Write => StoreError::answer_lost(what, why, remedy),
    }
}

/// Whether a refusal means that nothing was changed. An ERROR ends its transaction. What ends the session may come
/// after the COMMIT, and class 08 is what a pooler says when it has lost the server in the middle.
fn is_certain(refusal: &DbError) -> bool {
    let code = refusal.code();
    let is_error = refusal.parsed_severity() == Some(Severity::Error);
    is_error && !code.code().starts_with("08") && *code != SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
}

/// Whether the statement lost against another and can simply be tried again.
pub(super) fn is_collision(error: &Error) -> bool {
    error.as_db_error().is_some_and(|refusal| {
        let code = refusal.code();
        is_certain(refusal)
            && (*code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED)
    })
}

/// Whether the connection is of no more use.
pub(super) fn ends_session(error: &Error) -> bool {
    error
        .as_db_error()
        .is_none_or(|refusal| !is_certain(refusal) || *refusal.code() == SqlState::READ_ONLY_SQL_TRANSACTION)
}

/// Whether the tables are not there.
pub(super) fn is_missing_table(error: &Error) -> bool {
    error.code() == Some(&SqlState::UNDEFINED_TABLE)
}

/// Whether a server, or a pooler in front of it, would not let us set parameters at the start of a session.
pub(super) fn is_refused_parameter(error: &Error) -> bool {
    let refused = [SqlState::PROTOCOL_VIOLATION, SqlState::FEATURE_NOT_SUPPORTED, SqlState::UNDEFINED_OBJECT];
    error.code().is_some_and(|code| refused.contains(code))
}

/// Whether the database holds the wrong thing, rather than being out of reach.
fn is_about_content(code: &SqlState) -> bool {
    let wrong = [
        SqlState::UNDEFINED_TABLE,
        SqlState::UNDEFINED_COLUMN,
        SqlState::UNDEFINED_FUNCTION,
        SqlState::DATATYPE_MISMATCH,
        SqlState::DUPLICATE_TABLE,
        SqlState::WRONG_OBJECT_TYPE,
        SqlState::INVALID_COLUMN_REFERENCE,
        SqlState::DATA_CORRUPTED,
        SqlState::INDEX_CORRUPTED,
    ];
    wrong.contains(code)
}

fn remedy(refusal: &DbError) -> &'static str {
    match refusal.code() {
        code if *code == SqlState::INVALID_PASSWORD || *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            REFUSED
        }
        code if *code == SqlState::UNDEFINED_DATABASE => "create the database, or name another in --store",
        code if *code == SqlState::TOO_MANY_CONNECTIONS => {
            "raise max_connections, or put a pooler such as PgBouncer in front of the server"
        }
        code if *code == SqlState::DISK_FULL => "the server's disk is full; free some space on it",
        code if *code == SqlState::OUT_OF_MEMORY => "the server has no memory left; run again later",
        code if *code == SqlState::CANNOT_CONNECT_NOW => "the server is starting or stopping; run again later",
        code if *code == SqlState::READ_ONLY_SQL_TRANSACTION => READ_ONLY,
        code if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            "let a user who may create tables run once; then grant this one USAGE on the schema, SELECT on \
             bellwether_schema, and SELECT, INSERT, UPDATE, DELETE on bellwether_claim and bellwether_history"
        }
        code if *code == SqlState::QUERY_CANCELED || *code == SqlState::LOCK_NOT_AVAILABLE => {
            "the server was too slow or another session holds a lock; look into pg_stat_activity, run again later"
        }
        code if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED => RUN_AGAIN,
        code if *code == SqlState::UNTRANSLATABLE_CHARACTER || *code == SqlState::CHARACTER_NOT_IN_REPERTOIRE => {
            "the database cannot hold this text; create one with ENCODING 'UTF8'"
        }
        code if is_about_content(code) => DAMAGED,
        code if code.code().starts_with("08") || code.code().starts_with("57") => UNREACHABLE,
        _ => SERVER_LOG,
    }
}

fn connection_remedy(error: &Error) -> &'static str {
    match error.source().and_then(|cause| cause.downcast_ref::<io::Error>()) {
        Some(cause) if cause.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => UNTRUSTED,
        Some(_) => UNREACHABLE,
        None if error.is_closed() => UNREACHABLE,
        None => REFUSED,
    }
}

fn why(error: &Error) -> String {
    match error.as_db_error() {
        Some(refusal) => format!("{} (SQLSTATE {})", shown(refusal.message()), refusal.code().code()),
        None => causes(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_answer_a_change_is_unknown_and_a_read_is_not_made() {
        let limit = Duration::from_secs(1);
        assert!(matches!(timed_out(Call::Read, "x", limit), StoreError::Unavailable { .. }));
        assert!(matches!(timed_out(Call::Write, "x", limit), StoreError::AnswerLost { .. }));
    }
}
