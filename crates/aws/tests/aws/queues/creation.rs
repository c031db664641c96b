//! Making, finding and deleting queues.

use std::time::Duration;

use bellwether_aws::{ApiErrorKind, Creation, QueueAttributes};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use serde_json::json;

use super::{attributes, boto, new_name, new_queue, operation, queues, queues_at};

#[tokio::test]
async fn a_new_queue_is_as_boto3_sees_it() {
    let name = new_name();
    let made = queues().create(&name, &attributes()).await.unwrap();
    assert_eq!((made.creation, made.queue.name()), (Creation::Made, name.as_str()));
    let seen = boto(
        &made.queue,
        "[(a := sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['All'])['Attributes'])['VisibilityTimeout'],
            a['MessageRetentionPeriod'], a['MaximumMessageSize'], a['ReceiveMessageWaitTimeSeconds'],
            sqs.list_queue_tags(QueueUrl=url)['Tags']]",
    );
    assert_eq!(seen, json!(["0", "60", "65536", "0", {"bellwether:env": "testing"}]));
    assert_eq!(queues().find(&name).await.unwrap(), Some(made.queue));
}

#[tokio::test]
async fn a_queue_that_is_right_is_left_as_it_is() {
    let queue = new_queue().await;
    let proxy = Proxy::start(Moto::shared().endpoint(), Duration::ZERO);
    let again = queues_at(&proxy.url()).create(queue.name(), &attributes()).await.unwrap();
    assert_eq!((again.creation, again.queue.name()), (Creation::AlreadyRight, queue.name()));
    let log = proxy.log();
    let mut operations: Vec<_> = log.iter().map(|exchange| operation(&exchange.request)).collect();
    operations.sort_unstable();
    assert_eq!(operations, ["GetQueueAttributes", "GetQueueUrl", "ListQueueTags"]);
}

#[tokio::test]
async fn a_queue_that_is_set_otherwise_is_brought_into_line_and_keeps_its_other_tags() {
    let queue = new_queue().await;
    boto(&queue, "sqs.tag_queue(QueueUrl=url, Tags={'owner': 'ops'})");
    let arn = queues().state(&queue).await.unwrap().unwrap().arn;
    let statement = json!({
        "Sid": "topic", "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:t"}},
    });
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    let mut wanted = QueueAttributes { wait: Duration::from_secs(20), policy: Some(policy), ..attributes() };
    wanted.tags.insert("bellwether:env".to_owned(), "staging".to_owned());
    let state = queues().state(&queue).await.unwrap().unwrap();
    let differing: Vec<_> = state.differences(&wanted).into_iter().map(|one| one.of.to_string()).collect();
    assert_eq!(differing, ["Policy", "ReceiveMessageWaitTimeSeconds", "tag bellwether:env"]);
    assert_eq!(queues().create(queue.name(), &wanted).await.unwrap().creation, Creation::Changed);
    let state = queues().state(&queue).await.unwrap().unwrap();
    assert_eq!(state.differences(&wanted), []);
    assert_eq!(state.tags.get("owner").map(String::as_str), Some("ops"));
    assert!(state.arn.ends_with(queue.name()) && state.created.is_some(), "{state:?}");
    assert_eq!(queues().create(queue.name(), &wanted).await.unwrap().creation, Creation::AlreadyRight);
}

#[tokio::test]
async fn two_may_make_it_at_the_same_time() {
    let name = new_name();
    let (one, other) = (queues(), queues());
    let otherwise = QueueAttributes { wait: Duration::from_secs(1), ..attributes() };
    let plain = attributes();
    let (one, other) = tokio::join!(one.create(&name, &plain), other.create(&name, &otherwise));
    assert_eq!(one.unwrap().queue, other.unwrap().queue);
}

#[tokio::test]
async fn a_deleted_queue_is_not_found_and_may_be_deleted_again() {
    let queue = new_queue().await;
    queues().delete_queue(&queue).await.unwrap();
    assert_eq!(queues().find(queue.name()).await.unwrap(), None);
    assert_eq!(queues().state(&queue).await.unwrap(), None);
    queues().delete_queue(&queue).await.unwrap();
    assert_eq!(queues().send(&queue, "x").await.unwrap_err().kind, ApiErrorKind::NotFound);
}

/// moto gives all names on one page, so the pages are made here.
#[tokio::test]
async fn queues_are_listed_by_how_their_names_begin_to_the_last_page() {
    use bellwether_testkit::http::Reply;

    let page = |body: &str| Reply::answer(200, "application/x-amz-json-1.0", body.to_owned());
    let proxy = Proxy::altering(Moto::shared().endpoint(), move |request, _| {
        let asked: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!((&asked["QueueNamePrefix"], &asked["MaxResults"]), (&json!("bw-"), &json!(1_000)));
        match asked["NextToken"].as_str() {
            None => page(r#"{"QueueUrls": ["http://h/1/bw-c", "http://h/1/bw-a"], "NextToken": "t"}"#),
            Some("t") => page(r#"{"QueueUrls": ["http://h/1/bw-b"]}"#),
            Some(other) => page(&format!(r#"{{"QueueUrls": ["http://h/1/{other}"]}}"#)),
        }
    });
    let found = queues_at(&proxy.url()).list("bw-").await.unwrap();
    assert_eq!(found.iter().map(|queue| queue.name()).collect::<Vec<_>>(), ["bw-a", "bw-b", "bw-c"]);
    let (one, other) = (new_queue().await, new_queue().await);
    let listed = queues().list("queue-").await.unwrap();
    assert!(listed.contains(&one) && listed.contains(&other), "{listed:?}");
    assert_eq!(queues().list("no-such-").await.unwrap(), []);
}

#[tokio::test]
async fn what_is_no_name_is_refused_at_once() {
    let proxy = Proxy::start(Moto::shared().endpoint(), Duration::ZERO);
    let queues = queues_at(&proxy.url());
    for name in ["", "a b", "täst", "a/b", "a.fifo", &"x".repeat(81)] {
        let refused = [queues.find(name).await.err(), queues.create(name, &attributes()).await.err()];
        for error in refused {
            let error = error.unwrap();
            assert!(error.kind == ApiErrorKind::Invalid && error.remedy.contains("1 to 80"), "{error:?}");
        }
    }
    assert!(proxy.log().is_empty());
}
