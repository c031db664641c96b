//! Which queues there are, and what is in them.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName as Name;
use jiff::Timestamp;

use super::{Difference, Queue, QueueAttributes, Queues, Session, check_name, named};
use crate::api_error::{ApiError, ApiErrorKind};
use crate::roster::Pages;
use crate::text::shown;

const LIST: &str = "sqs:ListQueues";
/// The most that one answer may hold.
const QUEUES_PER_PAGE: i32 = 1_000;

/// How a queue is set, and what is in it. The counts are approximate, as SQS tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueState {
    /// Its ARN.
    pub arn: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// How many messages wait.
    pub waiting: u64,
    /// How many were received and neither deleted nor given back.
    pub in_flight: u64,
    /// Its tags.
    pub tags: HashMap<String, String>,
    attributes: HashMap<Name, String>,
}

impl QueueState {
    /// In what it is not as it should be.
    pub fn differences(&self, wanted: &QueueAttributes) -> Vec<Difference> {
        wanted.differences(&self.attributes, &self.tags)
    }
}

impl Queues {
    /// The queue of this name (`GetQueueUrl`); none when there is none.
    ///
    /// # Errors
    /// When this can be no queue's name, AWS refuses, or there is no answer.
    pub async fn find(&self, name: &str) -> Result<Option<Queue>, ApiError> {
        check_name(name)?;
        self.session().await?.find(name).await
    }

    /// The queues whose names begin so (`ListQueues`), every page of them, in the order of their names. A queue that
    /// was made or deleted less than a minute ago may be missing or be there.
    ///
    /// # Errors
    /// When AWS refuses, or there is no answer. Never a part of the list.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Queue>, ApiError> {
        let session = self.session().await?;
        let subject = format!("queues {}*", shown(prefix));
        let (mut pages, mut token, mut found) = (Pages::default(), None, Vec::new());
        loop {
            // SQS gives a token only to those who say how many they want.
            let list = session.client.list_queues().queue_name_prefix(prefix).max_results(QUEUES_PER_PAGE);
            let answer = list.set_next_token(token).send().await.map_err(session.failed(LIST, &subject))?;
            found.extend(answer.queue_urls().iter().map(|url| Queue::at(url)));
            token = pages.next(&subject, answer.next_token())?;
            if token.is_none() {
                found.sort_by(|one, other| one.name.cmp(&other.name));
                return Ok(found);
            }
        }
    }

    /// A queue's ARN (`GetQueueAttributes`).
    ///
    /// # Errors
    /// When the queue is gone, AWS refuses, or there is no answer.
    pub async fn arn(&self, queue: &Queue) -> Result<String, ApiError> {
        let session = self.session().await?;
        let arn = session.attributes(queue, vec![Name::QueueArn]).await?.remove(&Name::QueueArn);
        let unreadable = session.unreadable("sqs:GetQueueAttributes", named(&queue.name));
        arn.ok_or_else(|| unreadable("it holds no ARN".to_owned()))
    }

    /// How a queue is set and what is in it (`GetQueueAttributes`, `ListQueueTags`); none when it is gone.
    ///
    /// # Errors
    /// When AWS refuses, or there is no answer.
    pub async fn state(&self, queue: &Queue) -> Result<Option<QueueState>, ApiError> {
        let session = self.session().await?;
        match tokio::try_join!(session.attributes(queue, vec![Name::All]), session.tags(queue)) {
            Ok((attributes, tags)) => Ok(Some(state(attributes, tags))),
            Err(error) if error.kind == ApiErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn state(attributes: HashMap<Name, String>, tags: HashMap<String, String>) -> QueueState {
    // Some that speak SQS write times with fractions.
    let number = |name: &Name| attributes.get(name)?.split('.').next()?.parse::<u64>().ok();
    let created = number(&Name::CreatedTimestamp).and_then(|seconds| i64::try_from(seconds).ok());
    QueueState {
        arn: attributes.get(&Name::QueueArn).cloned().unwrap_or_default(),
        created: created.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        waiting: number(&Name::ApproximateNumberOfMessages).unwrap_or_default(),
        in_flight: number(&Name::ApproximateNumberOfMessagesNotVisible).unwrap_or_default(),
        tags,
        attributes,
    }
}

impl Session {
    pub(super) async fn find(&self, name: &str) -> Result<Option<Queue>, ApiError> {
        let action = "sqs:GetQueueUrl";
        match self.client.get_queue_url().queue_name(name).send().await.map_err(self.failed(action, named(name))) {
            Ok(found) => {
                let url = found.queue_url.ok_or_else(|| "it names no queue".to_owned());
                Ok(Some(Queue::at(&url.map_err(self.unreadable(action, named(name)))?)))
            }
            Err(error) if error.kind == ApiErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn attributes(&self, queue: &Queue, names: Vec<Name>) -> Result<HashMap<Name, String>, ApiError> {
        let get = self.client.get_queue_attributes().queue_url(&queue.url).set_attribute_names(Some(names));
        let got = get.send().await.map_err(self.failed("sqs:GetQueueAttributes", named(&queue.name)))?;
        Ok(got.attributes.unwrap_or_default())
    }

    pub(super) async fn tags(&self, queue: &Queue) -> Result<HashMap<String, String>, ApiError> {
        let list = self.client.list_queue_tags().queue_url(&queue.url).send().await;
        Ok(list.map_err(self.failed("sqs:ListQueueTags", named(&queue.name)))?.tags.unwrap_or_default())
    }
}
