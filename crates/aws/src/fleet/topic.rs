//! The topic of an environment, which passes a request on to every node's queue.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_sns::Client;
use aws_sdk_sns::types::Tag;

use super::names::Names;
use super::queue::ENVIRONMENT_TAG;
use crate::api_error::{ApiError, ApiErrorKind};
use crate::api_session::{ApiSession, KeptSession};
use crate::client::Aws;
use crate::roster::Pages;
use crate::service::Service;

/// The topics of one region.
#[derive(Debug, Clone)]
pub(super) struct Topics {
    session: Arc<KeptSession<Client>>,
}

impl Topics {
    pub(super) fn new(aws: &Aws) -> Self {
        Self { session: Arc::new(KeptSession::new(aws, Service::Sns, Client::new)) }
    }

    /// Has a topic pass on to a queue what is published, as it is. Makes the topic where there is none: an agent that
    /// comes later need not be allowed to. A queue that is subscribed already stays so.
    pub(super) async fn subscribe(&self, topic_arn: &str, queue_arn: &str, names: &Names) -> Result<(), ApiError> {
        let session = self.session.get().await?;
        match session.subscribe(topic_arn, queue_arn).await {
            Err(error) if error.kind == ApiErrorKind::NotFound => {
                session.create(names).await?;
                session.subscribe(topic_arn, queue_arn).await
            }
            subscribed => subscribed,
        }
    }

    /// Sends to every queue that is subscribed. A try whose answer is lost is made again.
    pub(super) async fn publish(&self, topic_arn: &str, body: &str) -> Result<(), ApiError> {
        let session = self.session.get().await?;
        let published = session.client.publish().topic_arn(topic_arn).message(body).send().await;
        published.map(|_| ()).map_err(session.failed("sns:Publish", named(topic_arn)))
    }

    /// The subscriptions of a topic, by the ARNs of the queues they pass on to; none when there is no topic.
    pub(super) async fn subscriptions(&self, topic_arn: &str) -> Result<HashMap<String, String>, ApiError> {
        let session = self.session.get().await?;
        let (mut pages, mut token, mut found) = (Pages::default(), None, HashMap::new());
        loop {
            let list = session.client.list_subscriptions_by_topic().topic_arn(topic_arn).set_next_token(token);
            let action = "sns:ListSubscriptionsByTopic";
            let answer = match list.send().await.map_err(session.failed(action, named(topic_arn))) {
                Err(error) if error.kind == ApiErrorKind::NotFound => return Ok(found),
                answer => answer?,
            };
            found.extend(answer.subscriptions().iter().filter_map(|subscription| {
                Some((subscription.endpoint()?.to_owned(), subscription.subscription_arn()?.to_owned()))
            }));
            token = pages.next(&named(topic_arn), answer.next_token())?;
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// Ends a subscription; one that is gone is no error.
    pub(super) async fn unsubscribe(&self, subscription_arn: &str) -> Result<(), ApiError> {
        let session = self.session.get().await?;
        let ended = session.client.unsubscribe().subscription_arn(subscription_arn).send().await;
        match ended.map_err(session.failed("sns:Unsubscribe", named(subscription_arn))) {
            Err(error) if error.kind == ApiErrorKind::NotFound => Ok(()),
            ended => ended.map(|_| ()),
        }
    }
}

impl ApiSession<Client> {
    async fn subscribe(&self, topic_arn: &str, queue_arn: &str) -> Result<(), ApiError> {
        let subscribe = self.client.subscribe().topic_arn(topic_arn).protocol("sqs").endpoint(queue_arn);
        let subscribed = subscribe.attributes("RawMessageDelivery", "true").send().await;
        subscribed.map(|_| ()).map_err(self.failed("sns:Subscribe", named(topic_arn)))
    }

    async fn create(&self, names: &Names) -> Result<(), ApiError> {
        let (action, topic) = ("sns:CreateTopic", names.topic());
        let tag = Tag::builder().key(ENVIRONMENT_TAG).value(&names.environment).build();
        let tag = tag.map_err(|error| self.unreadable(action, named(&topic))(error.to_string()))?;
        let created = self.client.create_topic().name(&topic).tags(tag).send().await;
        created.map(|_| ()).map_err(self.failed(action, named(&topic)))
    }
}

/// What errors call a topic or subscription, given by name or ARN.
fn named(arn: &str) -> String {
    format!("topic {}", arn.splitn(6, ':').nth(5).unwrap_or(arn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_call_a_topic_by_its_name() {
        assert_eq!(named("arn:aws:sns:eu-west-1:1:bw-x:0-1"), "topic bw-x:0-1");
        assert_eq!(named("bw-x"), "topic bw-x");
    }
}
