//! Making queues.

use aws_sdk_sqs::types::QueueAttributeName;

use super::{Queue, QueueAttributes, Queues, Session, check_name, named};
use crate::api_error::{ApiError, ApiErrorKind};

const CREATE: &str = "sqs:CreateQueue";

/// A queue, and what was done to have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedQueue {
    /// The queue.
    pub queue: Queue,
    /// What was done.
    pub creation: Creation,
}

/// What was done to have a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Creation {
    /// There was none of this name.
    Made,
    /// It was there, and was set otherwise.
    Changed,
    /// It was there, and right.
    AlreadyRight,
}

impl Queues {
    /// Makes a queue (`CreateQueue`), or brings the one of this name into line (`SetQueueAttributes`, `TagQueue`).
    /// It may be called again, also after an error, and by several at the same time. AWS takes up to a minute until
    /// everyone sees what was set.
    ///
    /// # Errors
    /// When the name or an attribute breaks a rule of SQS, a queue of this name was deleted less than a minute ago,
    /// AWS refuses, or there is no answer.
    pub async fn create(&self, name: &str, attributes: &QueueAttributes) -> Result<CreatedQueue, ApiError> {
        check_name(name)?;
        let session = self.session().await?;
        if let Some(queue) = session.find(name).await? {
            return session.bring_into_line(queue, attributes).await;
        }
        match session.create(name, attributes).await {
            Ok(queue) => Ok(CreatedQueue { queue, creation: Creation::Made }),
            // Somebody was faster, and wants it otherwise.
            Err(error) if error.kind == ApiErrorKind::Exists => match session.find(name).await? {
                Some(queue) => session.bring_into_line(queue, attributes).await,
                None => Err(error),
            },
            Err(error) => Err(error),
        }
    }
}

impl Session {
    async fn create(&self, name: &str, attributes: &QueueAttributes) -> Result<Queue, ApiError> {
        let tags = attributes.tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let create = self.client.create_queue().queue_name(name).set_attributes(Some(attributes.to_sdk()));
        let created = create.set_tags(Some(tags)).send().await.map_err(self.failed(CREATE, named(name)));
        let created = created.map_err(recently_deleted)?;
        let url = created.queue_url.ok_or_else(|| "it names no queue".to_owned());
        Ok(Queue::at(&url.map_err(self.unreadable(CREATE, named(name)))?))
    }

    async fn bring_into_line(&self, queue: Queue, wanted: &QueueAttributes) -> Result<CreatedQueue, ApiError> {
        let (attributes, tags) =
            tokio::try_join!(self.attributes(&queue, vec![QueueAttributeName::All]), self.tags(&queue))?;
        let missing = wanted.missing_in(&attributes);
        let missing_tags = wanted.tags_missing_in(&tags);
        let creation = match missing.is_empty() && missing_tags.is_empty() {
            true => Creation::AlreadyRight,
            false => Creation::Changed,
        };
        if !missing.is_empty() {
            let set = self.client.set_queue_attributes().queue_url(&queue.url).set_attributes(Some(missing));
            set.send().await.map_err(self.failed("sqs:SetQueueAttributes", named(&queue.name)))?;
        }
        if !missing_tags.is_empty() {
            let tag = self.client.tag_queue().queue_url(&queue.url).set_tags(Some(missing_tags));
            tag.send().await.map_err(self.failed("sqs:TagQueue", named(&queue.name)))?;
        }
        Ok(CreatedQueue { queue, creation })
    }
}

/// SQS keeps the name of a deleted queue for a minute.
fn recently_deleted(error: ApiError) -> ApiError {
    match error.kind {
        ApiErrorKind::Conflict => ApiError {
            remedy: "try again in a minute: SQS keeps the name of a deleted queue for that long".to_owned(),
            ..error
        },
        _ => error,
    }
}
