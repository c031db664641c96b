//! Deleting messages.

use aws_sdk_sqs::types::DeleteMessageBatchRequestEntry;

use super::send::of_entry;
use super::{Queue, Queues, Session, named};
use crate::api_error::ApiError;
use crate::errors::Failure;

const DELETE: &str = "sqs:DeleteMessage";

/// The most messages of one request (`DeleteMessageBatch`).
const PER_CALL: usize = 10;

impl Queues {
    /// Deletes a message by the receipt of the last time it was received (`DeleteMessage`). One that is gone is no
    /// error. A message can come once more in spite of it, where one of SQS's servers could not be reached.
    ///
    /// # Errors
    /// When this is no receipt of the queue, the queue is gone, AWS refuses, or there is no answer.
    pub async fn delete(&self, queue: &Queue, receipt: &str) -> Result<(), ApiError> {
        let session = self.session().await?;
        let deleted = session.client.delete_message().queue_url(&queue.url).receipt_handle(receipt).send().await;
        deleted.map(|_| ()).map_err(session.failed(DELETE, named(&queue.name)))
    }

    /// Deletes messages, as many at a time as SQS takes (`DeleteMessageBatch`). All are tried.
    ///
    /// # Errors
    /// As [`Queues::delete`], of the first that failed.
    pub async fn delete_batch(&self, queue: &Queue, receipts: &[&str]) -> Result<(), ApiError> {
        let session = self.session().await?;
        let mut result = Ok(());
        for part in receipts.chunks(PER_CALL) {
            let deleted = session.delete_batch(queue, part).await;
            result = result.and(deleted);
        }
        result
    }
}

impl Session {
    async fn delete_batch(&self, queue: &Queue, receipts: &[&str]) -> Result<(), ApiError> {
        let entry = |(place, receipt): (usize, &&str)| {
            DeleteMessageBatchRequestEntry::builder().id(place.to_string()).receipt_handle(*receipt).build()
        };
        let entries: Result<Vec<_>, _> = receipts.iter().enumerate().map(entry).collect();
        let entries = entries.map_err(|error| self.refused(DELETE, queue, Failure::NotSent(error.to_string())))?;
        let delete = self.client.delete_message_batch().queue_url(&queue.url).set_entries(Some(entries));
        let deleted = delete.send().await.map_err(self.failed(DELETE, named(&queue.name)))?;
        match deleted.failed().first() {
            Some(failed) => Err(self.refused(DELETE, queue, of_entry(failed))),
            None => Ok(()),
        }
    }
}
