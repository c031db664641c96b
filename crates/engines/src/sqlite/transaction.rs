//! A change to the database, and what is known of it when it fails.

use bellwether_core::store::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::failure;

/// Runs `change` as one transaction, with one fsync. When it gives none, nothing is written.
///
/// The transaction has the file for itself from its beginning, so that nothing it reads can be outdated when it
/// writes. An error before the COMMIT means that nothing was changed.
pub(super) fn change<T>(
    connection: &mut Connection,
    what: &str,
    change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<Option<T>>,
) -> Result<Option<T>, StoreError> {
    let failed = |error: rusqlite::Error| failure::statement(what, &error);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let changed = change(&transaction).map_err(failed)?;
    match changed {
        Some(_) => transaction.commit().map_err(|error| failure::commit(what, &error))?,
        None => transaction.rollback().map_err(failed)?,
    }
    Ok(changed)
}
