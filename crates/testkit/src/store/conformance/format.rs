//! Records that this release cannot read.

use bellwether_core::store::StoreError;

use super::swaps::swapped;
use super::{Checked, Open, Plant, holds};
use crate::store::fixtures::{job, record};

/// A record of a newer format, or a damaged one, is an error and never 'no record'; other jobs are not affected.
pub async fn what_cannot_be_read_is_refused(open: &impl Open, plant: &impl Plant) -> Checked {
    let name = "what_cannot_be_read_is_refused";
    let store = open(name).await;
    let texts =
        [("newer", r#"{"format":2,"shape":"new"}"#), ("damaged", r#"{"format":1}"#), ("no record", "?"), ("empty", "")];
    for (kind, text) in texts {
        plant(name, &job(kind), text).await;
        let read = store.read(&job(kind)).await;
        holds(format!("{kind}: {read:?}"), matches!(read, Err(StoreError::Unreadable { .. })))?;
    }
    let newer = store.read(&job("newer")).await;
    holds(format!("no remedy is told: {newer:?}"), newer.is_err_and(|error| error.remedy().contains("upgrade")))?;
    holds("another job cannot be read", store.read(&job("other")).await?.current.is_none())
}

/// One record that cannot be read is an error for all of them together, and never left out.
pub async fn records_are_not_given_in_part(open: &impl Open, plant: &impl Plant) -> Checked {
    let name = "records_are_not_given_in_part";
    let store = open(name).await;
    swapped(&*store, &job("a"), None, &record("run-1", 1)).await?;
    plant(name, &job("b"), r#"{"format":2,"shape":"new"}"#).await;
    swapped(&*store, &job("c"), None, &record("run-1", 1)).await?;
    let records = store.records().await;
    holds(format!("newer: {records:?}"), matches!(records, Err(StoreError::Unreadable { .. })))?;
    holds(format!("no remedy is told: {records:?}"), records.is_err_and(|error| error.remedy().contains("upgrade")))
}
