//! Refusals and silence.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bellwether_aws::{Aws, AwsFleet, AwsSettings};
use bellwether_core::fleet::transport::{AgentTransport, Audience, CallerTransport};
use bellwether_testkit::http::Reply;
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use tokio::time::timeout;

use super::{call, environment, fleet, node};
use crate::support::{TIMEOUT, known, settings};

#[tokio::test]
async fn without_any_agent_a_request_to_all_says_that_there_is_none() {
    let caller = fleet("nobody").caller();
    caller.listen(call(1), false).await.unwrap();
    let error = caller.send(Audience::Everyone, false, b"{}").await.unwrap_err();
    assert!(error.to_string().contains("no agent of nobody has ever run"), "{error}");
    assert!(error.remedy.contains("name of the environment"), "{}", error.remedy);
    assert!(caller.inventory().await.unwrap().is_empty());
    assert!(caller.results(call(1)).await.unwrap().is_empty());
    caller.close().await;
}

#[tokio::test]
async fn nodes_without_a_queue_are_named_and_the_others_reached() {
    let fleet = fleet("partly");
    let agent = fleet.agent(&node("i-2")).await.unwrap();
    for listens in [false, true] {
        let caller = fleet.caller();
        if listens {
            caller.listen(call(1), false).await.unwrap();
        }
        let nodes = ["i-1", "i-2", "i-3"].map(node);
        let error = caller.send(Audience::Nodes(&nodes), false, b"{\"x\":1}").await.unwrap_err();
        assert!(error.to_string().contains("2 of 3 nodes are not reached (i-1, i-3)"), "{error}");
        assert!(error.remedy.contains("names of the nodes"), "{}", error.remedy);
        assert_eq!(error.unreached, ["i-1", "i-3"].map(node));
        let alone = caller.send(Audience::Nodes(&nodes[..1]), true, b"{}").await.unwrap_err();
        assert_eq!(alone.unreached, [node("i-1")]);
        caller.send(Audience::Nodes(&[]), true, b"").await.unwrap();
        let delivery = agent.receive().await.unwrap();
        assert_eq!(delivery.message, b"{\"x\":1}");
        agent.settle(&delivery.receipt).await.unwrap();
        caller.close().await;
    }
}

/// Otherwise an agent would keep what nobody waits for, and try again and again.
#[tokio::test]
async fn a_reply_to_a_caller_that_has_gone_is_dropped_unless_it_is_kept() {
    let fleet = fleet("gone");
    let agent = fleet.agent(&node("i-1")).await.unwrap();
    let caller = fleet.caller();
    let address = caller.listen(call(1), true).await.unwrap();
    caller.close().await;
    agent.reply(&address, call(1), false, b"{\"dropped\":1}").await.unwrap();
    agent.reply(&address, call(1), true, b"{}").await.unwrap();
    assert_eq!(fleet.caller().results(call(1)).await.unwrap(), [b"{}"]);
}

/// SQS may need a moment until all of it knows of a new queue.
#[tokio::test]
async fn a_callers_queue_that_is_not_known_yet_is_tried_again() {
    let left = AtomicU32::new(2);
    let proxy = Proxy::altering(Moto::shared().endpoint(), move |request, pass_on| {
        let is_send = request.header("x-amz-target").is_some_and(|target| target.ends_with(".SendMessage"));
        match is_send && left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
            true => Reply::answer(
                400,
                "application/x-amz-json-1.0",
                r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no"}"#,
            ),
            false => pass_on(),
        }
    });
    let agent = super::fleet_at(&proxy.url(), "new").agent(&node("i-1")).await.unwrap();
    let caller = fleet("new").caller();
    let address = caller.listen(call(1), false).await.unwrap();
    agent.reply(&address, call(1), false, b"{\"n\":1}").await.unwrap();
    assert_eq!(caller.receive().await.unwrap(), b"{\"n\":1}");
    caller.close().await;
}

/// The same reply, when its first answer was lost, is kept once.
#[tokio::test]
async fn a_reply_that_is_sent_twice_is_kept_once() {
    let fleet = fleet("twice");
    let agent = fleet.agent(&node("i-1")).await.unwrap();
    let address = fleet.caller().listen(call(1), true).await.unwrap();
    for message in [b"{\"a\":1}", b"{\"a\":1}", b"{\"a\":2}"] {
        agent.reply(&address, call(1), true, message).await.unwrap();
    }
    assert_eq!(fleet.caller().results(call(1)).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_denial_says_what_to_allow() {
    let denying = |action: &'static str| {
        Proxy::altering(Moto::shared().endpoint(), move |request, pass_on| {
            let text = request.text();
            let target = request.header("x-amz-target").unwrap_or_default();
            match target.ends_with(action) || text.contains(&format!("Action={action}&")) {
                true if target.is_empty() => Reply::answer(
                    403,
                    "text/xml",
                    "<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>no</Message>\
                     </Error></ErrorResponse>",
                ),
                true => Reply::answer(
                    400,
                    "application/x-amz-json-1.0",
                    r#"{"__type":"com.amazonaws#AccessDeniedException","message":"no"}"#,
                ),
                false => pass_on(),
            }
        })
    };
    for (action, told) in [("CreateQueue", "sqs:CreateQueue"), ("Subscribe", "sns:Subscribe")] {
        let proxy = denying(action);
        let error = super::fleet_at(&proxy.url(), "denied").agent(&node(action)).await.unwrap_err();
        assert!(error.why.contains(told) && error.remedy.contains(told), "{error:?}");
        assert!(error.remedy.contains("bellwether iam agent"), "{}", error.remedy);
    }
    let proxy = denying("PutItem");
    let agent = super::fleet_at(&proxy.url(), "denied").agent(&node("i-1")).await.unwrap();
    let error = agent.announce(b"{}").await.unwrap_err();
    assert!(error.remedy.contains("dynamodb:PutItem"), "{error:?}");
}

#[tokio::test]
async fn silence_ends_with_the_limits() {
    let proxy = Proxy::altering(Moto::shared().endpoint(), |_, _| Reply::Hang);
    let aws = Aws::new(AwsSettings { timeout: Some(TIMEOUT), ..settings(&known(&proxy.url())) });
    let bound = aws.limits().whole_operation() + Duration::from_secs(10);
    let fleet = AwsFleet::new(&aws, &environment("silent"));
    assert!(timeout(bound, fleet.agent(&node("i-1"))).await.expect("an end").is_err());
    assert!(timeout(bound, fleet.caller().inventory()).await.expect("an end").is_err());
    assert!(timeout(bound, fleet.caller().listen(call(1), false)).await.expect("an end").is_err());
}
