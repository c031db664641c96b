//! Messages, there and back.

use std::collections::BTreeSet;
use std::time::Duration;

use bellwether_aws::{ApiErrorKind, Receive};
use serde_json::json;

use super::{AT_ONCE, attributes, boto, new_queue, queues};

#[tokio::test]
async fn what_is_sent_is_what_boto3_receives_and_the_other_way_round() {
    let queue = new_queue().await;
    let id = queues().send(&queue, "from us: \u{e4} <&> \u{1f411}").await.unwrap();
    let theirs = boto(
        &queue,
        "[(m['MessageId'], m['Body'])
            for m in sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)['Messages']]",
    );
    assert_eq!(theirs, json!([[id.as_str(), "from us: \u{e4} <&> \u{1f411}"]]));
    let sent = boto(&queue, "sqs.send_message(QueueUrl=url, MessageBody='from boto')['MessageId']");
    let received = queues().receive(&queue, &AT_ONCE).await.unwrap();
    let message = received.iter().find(|message| message.body == "from boto").unwrap();
    assert_eq!(message.id.as_str(), sent.as_str().unwrap());
    assert!(message.sent_at.is_some_and(|at| at.as_second() > 1_700_000_000), "{message:?}");
    let ours = received.iter().find(|message| message.id == id).unwrap();
    assert_eq!((ours.receive_count, message.receive_count), (2, 1));
}

#[tokio::test]
async fn a_message_that_nobody_deletes_is_received_by_everybody() {
    let queue = new_queue().await;
    let id = queues().send(&queue, "x").await.unwrap();
    for _ in 0..3 {
        let received = queues().receive(&queue, &AT_ONCE).await.unwrap();
        assert_eq!(received.iter().map(|message| &message.id).collect::<Vec<_>>(), [&id]);
    }
    let hidden = Receive { visibility: Some(Duration::from_secs(60)), ..AT_ONCE };
    assert_eq!(queues().receive(&queue, &hidden).await.unwrap().len(), 1);
    assert_eq!(queues().receive(&queue, &AT_ONCE).await.unwrap(), []);
    let state = queues().state(&queue).await.unwrap().unwrap();
    assert_eq!((state.waiting, state.in_flight), (0, 1));
}

#[tokio::test]
async fn a_deleted_message_does_not_come_again() {
    let queue = new_queue().await;
    queues().send(&queue, "x").await.unwrap();
    let received = queues().receive(&queue, &AT_ONCE).await.unwrap();
    queues().delete(&queue, &received[0].receipt).await.unwrap();
    assert_eq!(queues().receive(&queue, &AT_ONCE).await.unwrap(), []);
}

#[tokio::test]
async fn many_are_sent_and_deleted_in_batches() {
    let queue = new_queue().await;
    let long = "x".repeat(60_000);
    let bodies: Vec<_> = (0..25).map(|number| format!("{number} {long}")).collect();
    let ids = queues().send_batch(&queue, &bodies.iter().map(String::as_str).collect::<Vec<_>>()).await.unwrap();
    let hidden = Receive { visibility: Some(Duration::from_secs(600)), ..AT_ONCE };
    let mut received = Vec::new();
    while received.len() < 25 {
        let some = queues().receive(&queue, &hidden).await.unwrap();
        assert!(!some.is_empty(), "{} came", received.len());
        received.extend(some);
    }
    for message in &received {
        let place = ids.iter().position(|id| *id == message.id).expect("an id that was told");
        assert_eq!(message.body, bodies[place]);
    }
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 25);
    let receipts: Vec<_> = received.iter().map(|message| message.receipt.as_str()).collect();
    queues().delete_batch(&queue, &receipts).await.unwrap();
    let state = queues().state(&queue).await.unwrap().unwrap();
    assert_eq!((state.waiting, state.in_flight), (0, 0));
}

#[tokio::test]
async fn a_long_poll_ends_when_a_message_comes() {
    let queue = new_queue().await;
    let poll = Receive { wait: Duration::from_secs(20), ..AT_ONCE };
    let (receiver, sender) = (queues(), queues());
    let both = async {
        tokio::join!(receiver.receive(&queue, &poll), async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            sender.send(&queue, "late").await.unwrap();
        })
    };
    let (received, ()) = tokio::time::timeout(Duration::from_secs(19), both).await.expect("less than the wait");
    assert_eq!(received.unwrap()[0].body, "late");
}

#[tokio::test]
async fn a_poll_that_is_dropped_loses_nothing() {
    let queue = new_queue().await;
    let poll = Receive { wait: Duration::from_secs(20), ..AT_ONCE };
    let dropped = tokio::time::timeout(Duration::from_millis(300), queues().receive(&queue, &poll)).await;
    assert!(dropped.is_err());
    let id = queues().send(&queue, "x").await.unwrap();
    assert_eq!(queues().receive(&queue, &poll).await.unwrap()[0].id, id);
}

#[tokio::test]
async fn what_a_queue_does_not_take_is_refused() {
    let queue = new_queue().await;
    let too_long = "x".repeat(attributes().max_message_size as usize + 1);
    for body in ["", "\0", &too_long, &"x".repeat((256 << 10) + 1)] {
        let error = queues().send(&queue, body).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Invalid, "{error}");
        assert!(error.message.contains(queue.name()) && !error.remedy.is_empty(), "{error:?}");
        assert!(queues().send_batch(&queue, &["ok", body]).await.is_err());
    }
}
