//! Removing old history.

use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use bellwether_core::names::JobName;
use jiff::Timestamp;

use super::failure::{Trouble, failed, nonsense, unprocessed, unwritable};
use super::keys::{Item, Key, Line};
use super::read::MOST_STANDSTILLS;
use super::session::Session;
use crate::settings::Limits;

const BATCH_WRITE: &str = "dynamodb:BatchWriteItem";

/// The most that one request may delete.
const AT_ONCE: usize = 25;

impl Session {
    /// Removes what all jobs have recorded before an instant; how many lines of history that were.
    pub(super) async fn prune(&self, before: Timestamp) -> Result<u64, Trouble> {
        let mut removed = 0;
        for job in self.jobs().await? {
            removed += self.prune_job(&job, before).await?;
        }
        Ok(removed)
    }

    async fn prune_job(&self, job: &JobName, before: Timestamp) -> Result<u64, Trouble> {
        let (mut removed, mut start) = (0, None);
        loop {
            let (lines, next) = self.recorded_before(job, before, start).await?;
            // A line goes after its entry: while it is there, an entry left behind is found by the next call.
            self.delete(lines.iter().filter_map(Line::entry_key).collect()).await?;
            self.delete(lines.iter().map(Line::key).collect()).await?;
            removed += lines.len() as u64;
            start = next;
            if start.is_none() {
                return Ok(removed);
            }
        }
    }

    /// Deletes items; those that are not there do no harm, so that it may be tried again.
    async fn delete(&self, keys: Vec<Key>) -> Result<(), Trouble> {
        let mut wanted: Vec<Item> = keys.into_iter().map(Key::into_item).collect();
        let mut standstills = 0;
        while !wanted.is_empty() {
            let batch = wanted.split_off(wanted.len().saturating_sub(AT_ONCE));
            let asked = batch.len();
            let left = self.delete_batch(batch).await?;
            if left.len() > asked {
                return Err(nonsense(BATCH_WRITE, "it has more than was asked for"));
            }
            standstills = if left.len() == asked { standstills + 1 } else { 0 };
            if standstills == MOST_STANDSTILLS {
                return Err(unprocessed(BATCH_WRITE));
            }
            if !left.is_empty() {
                tokio::time::sleep(Limits::pause_after(standstills.max(1))).await;
            }
            wanted.extend(left);
        }
        Ok(())
    }

    /// One request; the keys of what is still to be deleted.
    async fn delete_batch(&self, keys: Vec<Item>) -> Result<Vec<Item>, Trouble> {
        let delete = |key| {
            let delete = DeleteRequest::builder().set_key(Some(key)).build();
            delete.map(|delete| WriteRequest::builder().delete_request(delete).build())
        };
        let deletes: Result<Vec<_>, _> = keys.into_iter().map(delete).collect();
        let deletes = deletes.map_err(unwritable)?;
        let written = self.patient.batch_write_item().request_items(&self.table, deletes);
        let written = written.send().await.map_err(failed(BATCH_WRITE))?;
        let left = written.unprocessed_items.and_then(|mut tables| tables.remove(&self.table)).unwrap_or_default();
        Ok(left.into_iter().filter_map(|request| request.delete_request).map(|delete| delete.key).collect())
    }
}
