//! Writing: one request, made once, that changes everything or nothing.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, Put, TransactWriteItem};
use bellwether_core::names::JobName;

use super::failure::Trouble;
use super::items::VERSION;
use super::keys::{Item, Key};
use super::session::Session;
use crate::errors::{Failure, from_sdk};
use crate::settings::Limits;

/// The most entries of one change: with 300 KiB of output each they are below the 4 MB that a transaction may have.
const MOST_ENTRIES: usize = 10;

/// The action that both kinds of write need.
const PUT: &str = "dynamodb:PutItem";

/// The condition that there is no item of this key.
const NOT_THERE: &str = "attribute_not_exists(pk)";

const CONDITION_FAILED: &str = "ConditionalCheckFailed";

/// What is to be written, all or nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Change {
    /// The record, on condition that its version still is the expected one.
    pub(super) record: Option<RecordChange>,
    /// Entries that are there already are left out.
    pub(super) entries: Vec<EntryItems>,
    /// The jobs whose names may not be in the table yet.
    pub(super) jobs: BTreeSet<JobName>,
}

#[derive(Debug, Clone)]
pub(super) struct RecordChange {
    pub(super) item: Item,
    /// None: there must be no record.
    pub(super) expected: Option<u64>,
}

/// An entry of the history, and its line.
#[derive(Debug, Clone)]
pub(super) struct EntryItems {
    pub(super) entry: Item,
    pub(super) line: Item,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Made,
    /// The record was not the expected one; nothing was written.
    Conflict,
}

/// What one request came to.
#[derive(Debug)]
enum Attempt {
    Finished(Written),
    /// Nothing was written: the entries at these places are there already.
    There(Vec<usize>),
    Failed(Failure),
}

impl Session {
    /// Makes a change. Entries that are too many for one request are written before the rest.
    pub(super) async fn write(&self, mut change: Change) -> Result<Written, Trouble> {
        while change.entries.len() > MOST_ENTRIES {
            let rest = change.entries.split_off(MOST_ENTRIES);
            let entries = std::mem::replace(&mut change.entries, rest);
            self.write_at_once(Change { record: None, entries, jobs: change.jobs.clone() }).await?;
        }
        self.write_at_once(change).await
    }

    /// What was certainly not done, and may be a moment later, is tried again.
    async fn write_at_once(&self, mut change: Change) -> Result<Written, Trouble> {
        let mut failed = 0;
        loop {
            let attempt = match &change.record {
                Some(record) if change.entries.is_empty() && change.jobs.is_empty() => self.put(record).await,
                _ => self.transact(&change).await,
            };
            let failure = match attempt {
                Attempt::Finished(written) => return Ok(written),
                Attempt::There(places) => {
                    change.leave_out(&places);
                    if change.record.is_none() && change.entries.is_empty() {
                        return Ok(Written::Made);
                    }
                    continue;
                }
                Attempt::Failed(failure) => failure,
            };
            failed += 1;
            if failed == self.limits.attempts || !(failure.is_passing() && failure.certainly_not_done()) {
                return Err(Trouble::Failed { action: PUT, failure });
            }
            tokio::time::sleep(Limits::pause_after(failed)).await;
        }
    }

    async fn put(&self, record: &RecordChange) -> Attempt {
        let mut put = self
            .once
            .put_item()
            .table_name(&self.table)
            .set_item(Some(record.item.clone()))
            .condition_expression(record.condition());
        if let Some((name, value)) = record.expected_version() {
            put = put.expression_attribute_names("#version", VERSION).expression_attribute_values(name, value);
        }
        match put.send().await {
            Ok(_) => Attempt::Finished(Written::Made),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Attempt::Finished(Written::Conflict),
                _ => Attempt::Failed(from_sdk(&error)),
            },
        }
    }

    async fn transact(&self, change: &Change) -> Attempt {
        let puts: Result<Vec<_>, _> = change.puts(&self.table).collect();
        let puts = match puts {
            Ok(puts) => puts,
            Err(error) => return Attempt::Failed(Failure::NotSent(error.to_string())),
        };
        match self.once.transact_write_items().set_transact_items(Some(puts)).send().await {
            Ok(_) => Attempt::Finished(Written::Made),
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => change.judge(cancelled),
                _ => Attempt::Failed(from_sdk(&error)),
            },
        }
    }
}

impl RecordChange {
    const fn condition(&self) -> &'static str {
        match self.expected {
            None => NOT_THERE,
            Some(_) => "#version = :expected",
        }
    }

    fn expected_version(&self) -> Option<(&'static str, AttributeValue)> {
        self.expected.map(|version| (":expected", AttributeValue::N(version.to_string())))
    }
}

type PutResult = Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError>;

impl Change {
    fn leave_out(&mut self, places: &[usize]) {
        let mut place = 0..;
        self.entries.retain(|_| !place.next().is_some_and(|place| places.contains(&place)));
    }

    /// The parts of the transaction: the record, each entry with its line, the jobs' names. [`Change::judge`] counts
    /// on this order.
    fn puts<'a>(&'a self, table: &'a str) -> impl Iterator<Item = PutResult> + 'a {
        let record = self.record.iter().map(move |record| {
            let mut put = Put::builder()
                .table_name(table)
                .set_item(Some(record.item.clone()))
                .condition_expression(record.condition());
            if let Some((name, value)) = record.expected_version() {
                put = put.expression_attribute_names("#version", VERSION).expression_attribute_values(name, value);
            }
            put
        });
        let entries = self.entries.iter().flat_map(move |items| {
            let entry =
                Put::builder().table_name(table).set_item(Some(items.entry.clone())).condition_expression(NOT_THERE);
            [entry, Put::builder().table_name(table).set_item(Some(items.line.clone()))]
        });
        let jobs = self.jobs.iter().map(move |job| {
            let item = Key::job(job).into_item();
            Put::builder().table_name(table).set_item(Some(item))
        });
        let puts = record.chain(entries).chain(jobs);
        puts.map(|put| put.build().map(|put| TransactWriteItem::builder().put(put).build()))
    }

    /// What a cancelled transaction means: there is a reason, or "None", for each of its parts.
    fn judge(&self, cancelled: &TransactionCanceledException) -> Attempt {
        let reasons = cancelled.cancellation_reasons();
        let has_failed = |reason: &&CancellationReason| reason.code() == Some(CONDITION_FAILED);
        let first_entry = usize::from(self.record.is_some());
        if reasons.iter().take(first_entry).any(|reason| has_failed(&reason)) {
            return Attempt::Finished(Written::Conflict);
        }
        let other =
            |reason: &&CancellationReason| reason.code().is_some_and(|code| code != "None") && !has_failed(reason);
        if let Some(reason) = reasons.iter().find(other) {
            return Attempt::Failed(refused(reason.code(), reason.message()));
        }
        let entries = reasons.iter().skip(first_entry).step_by(2).take(self.entries.len());
        let there: Vec<usize> =
            entries.enumerate().filter(|(_, reason)| has_failed(reason)).map(|(place, _)| place).collect();
        match there.is_empty() {
            false => Attempt::There(there),
            true => Attempt::Failed(refused(Some("TransactionCanceledException"), cancelled.message.as_deref())),
        }
    }
}

/// DynamoDB cancels a transaction with status 400; it was not made.
fn refused(code: Option<&str>, message: Option<&str>) -> Failure {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Failure::Refused { status: 400, code: text(code), message: text(message), clocks: None }
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
