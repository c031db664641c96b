//! The end of queues.

use super::{Queue, Queues, named};
use crate::api_error::{ApiError, ApiErrorKind};

impl Queues {
    /// Deletes a queue with all that is in it (`DeleteQueue`); one that is gone already is no error. SQS needs up to a
    /// minute for it, and keeps the name for that long.
    ///
    /// # Errors
    /// When AWS refuses, or there is no answer.
    pub async fn delete_queue(&self, queue: &Queue) -> Result<(), ApiError> {
        let session = self.session().await?;
        let deleted = session.client.delete_queue().queue_url(&queue.url).send().await;
        match deleted.map_err(session.failed("sqs:DeleteQueue", named(&queue.name))) {
            Err(error) if error.kind == ApiErrorKind::NotFound => Ok(()),
            deleted => deleted.map(|_| ()),
        }
    }
}
