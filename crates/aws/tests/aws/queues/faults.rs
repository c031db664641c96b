//! Refusals, delays and silence.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bellwether_aws::{ApiError, ApiErrorKind, Aws, AwsSettings, Queue, Queues, Receive};
use bellwether_testkit::http::Reply;
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use tokio::time::timeout;

use super::{AT_ONCE, attributes, new_queue, operation, queues_at};
use crate::support::{TIMEOUT, known, settings};

/// A proxy that answers all but looking for queues with an error.
fn refusing(status: u16, code: &'static str) -> Proxy {
    Proxy::altering(Moto::shared().endpoint(), move |request, pass_on| match operation(request) {
        "GetQueueUrl" => pass_on(),
        _ => Reply::answer(
            status,
            "application/x-amz-json-1.0",
            format!(r#"{{"__type":"com.amazonaws.sqs#{code}","message":"because"}}"#),
        ),
    })
}

async fn errors_of(queues: &Queues, queue: &Queue) -> (ApiError, ApiError) {
    let read = queues.receive(queue, &AT_ONCE).await.unwrap_err();
    (read, queues.send(queue, "x").await.unwrap_err())
}

#[tokio::test]
async fn refusals_have_a_kind_and_a_remedy() {
    let queue = new_queue().await;
    for (status, code, read_kind, change_kind) in [
        (400, "AccessDeniedException", ApiErrorKind::Denied, ApiErrorKind::Denied),
        (400, "QueueDoesNotExist", ApiErrorKind::NotFound, ApiErrorKind::NotFound),
        (403, "RequestThrottled", ApiErrorKind::Throttled, ApiErrorKind::Throttled),
        (400, "OverLimit", ApiErrorKind::LimitReached, ApiErrorKind::LimitReached),
        (500, "InternalError", ApiErrorKind::Unavailable, ApiErrorKind::AnswerLost),
    ] {
        let proxy = refusing(status, code);
        let (read, change) = errors_of(&queues_at(&proxy.url()), &queue).await;
        assert_eq!((read.kind, change.kind), (read_kind, change_kind), "{code}");
        let told = format!("sqs:SendMessage on queue {} in eu-west-1", queue.name());
        assert!(change.message.contains(&told), "{change}");
        assert!(!read.remedy.is_empty() && !change.remedy.is_empty());
    }
}

#[tokio::test]
async fn a_denial_names_the_commands_that_print_the_policies() {
    let queue = new_queue().await;
    let proxy = refusing(400, "AccessDeniedException");
    let (error, _) = errors_of(&queues_at(&proxy.url()), &queue).await;
    assert!(error.remedy.contains("sqs:ReceiveMessage") && error.remedy.contains("iam agent"), "{}", error.remedy);
}

#[tokio::test]
async fn a_name_that_was_just_deleted_is_free_in_a_minute() {
    let proxy = refusing(400, "QueueDeletedRecently");
    let error = queues_at(&proxy.url()).create("just-deleted", &attributes()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Conflict, "{error}");
    assert!(error.remedy.contains("in a minute"), "{}", error.remedy);
}

#[tokio::test]
async fn what_fails_once_is_tried_again() {
    let queue = new_queue().await;
    let left = AtomicU32::new(1);
    let proxy = Proxy::altering(Moto::shared().endpoint(), move |_, pass_on| {
        match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
            Ok(_) => Reply::Drop,
            Err(_) => pass_on(),
        }
    });
    queues_at(&proxy.url()).send(&queue, "x").await.unwrap();
    assert_eq!(proxy.log().len(), 2);
}

/// The limit of an attempt counts from the end of the wait: an answer that SQS holds back is no silence.
#[tokio::test]
async fn a_poll_may_take_longer_than_another_request() {
    let queue = new_queue().await;
    let hurried = |url: &str| {
        let settings =
            AwsSettings { timeout: Some(Duration::from_secs(2)), attempts: Some(1), ..settings(&known(url)) };
        Queues::new(&Aws::new(settings))
    };
    let proxy = Proxy::altering(Moto::shared().endpoint(), |request, pass_on| match operation(request) {
        "ReceiveMessage" => pass_on().delayed(Duration::from_secs(4)),
        _ => pass_on(),
    });
    let queues = hurried(&proxy.url());
    let poll = Receive { wait: Duration::from_secs(20), ..AT_ONCE };
    queues.send(&queue, "x").await.unwrap();
    assert_eq!(queues.receive(&queue, &poll).await.unwrap().len(), 1);
    let error = queues.receive(&queue, &AT_ONCE).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable, "{error}");
}

#[tokio::test]
async fn silence_ends_with_the_limits() {
    let queue = new_queue().await;
    let proxy = Proxy::altering(Moto::shared().endpoint(), |_, _| Reply::Hang);
    let aws = Aws::new(AwsSettings { timeout: Some(TIMEOUT), ..settings(&known(&proxy.url())) });
    let bound = aws.limits().whole_operation() + Duration::from_secs(10);
    let poll = Receive { wait: Duration::from_secs(1), ..AT_ONCE };
    let error = timeout(bound, Queues::new(&aws).receive(&queue, &poll)).await.expect("an end").unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable, "{error}");
}
