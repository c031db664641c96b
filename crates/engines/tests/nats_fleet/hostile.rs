//! What others may send, who can reach the server.

use std::time::Duration;

use async_nats::Client;
use bellwether_core::fleet::envelope::LARGEST;
use bellwether_core::fleet::transport::{AgentTransport, Audience, CallerTransport, Receipt};
use bellwether_testkit::nats::{NatsServer, Release};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::{PATIENCE, agent, answered, call, caller, node, open, received, url};

async fn stranger(server: &NatsServer) -> Client {
    async_nats::connect(server.address()).await.unwrap()
}

#[tokio::test]
async fn settling_sends_nothing_to_an_address_that_a_stranger_chose() {
    let server = NatsServer::start(Release::Recent);
    let connection = open(&url(&server)).await;
    let agent = agent(&connection, "i-1").await;
    let stranger = stranger(&server).await;
    let mut trap = stranger.subscribe("trap.>").await.unwrap();
    stranger.flush().await.unwrap();
    for subject in ["bw.production.all", "bw.production.node.i-1", "bw.production.deliver.i-1"] {
        stranger.publish_with_reply(subject, "trap.1", "x".into()).await.unwrap();
        let delivery = timeout(PATIENCE, agent.receive()).await.unwrap().unwrap();
        assert_eq!(delivery.receipt, Receipt(String::new()));
        agent.settle(&delivery.receipt).await.unwrap();
    }
    stranger.publish("trap.2", "the last".into()).await.unwrap();
    assert_eq!(trap.next().await.unwrap().payload, "the last");
}

#[tokio::test]
async fn an_agent_answers_after_a_flood_of_nonsense() {
    let server = NatsServer::start(Release::Recent);
    let connection = open(&url(&server)).await;
    let agent = agent(&connection, "i-1").await;
    let stranger = stranger(&server).await;
    for number in 0..10_000 {
        stranger.publish("bw.production.all", format!("nonsense {number}").into()).await.unwrap();
    }
    stranger.publish("bw.production.all", "the last".into()).await.unwrap();
    stranger.flush().await.unwrap();
    let mut nonsense = 0;
    while received(&agent).await != b"the last" {
        nonsense += 1;
    }
    assert_eq!(nonsense, 10_000);
}

#[tokio::test]
async fn what_is_too_much_to_keep_is_dropped_and_told_and_the_next_is_received() {
    let server = NatsServer::start(Release::Recent);
    let connection = open(&url(&server)).await;
    let agent = agent(&connection, "i-1").await;
    let caller = caller(&open(&url(&server)).await);
    let large = vec![b'x'; LARGEST];
    // Nobody reads meanwhile; an agent keeps 8 MiB.
    for _ in 0..60 {
        caller.send(Audience::Everyone, false, &large).await.unwrap();
    }
    let (mut kept, mut told) = (0, None);
    while told.is_none() {
        match timeout(PATIENCE, agent.receive()).await.unwrap() {
            Ok(_) => kept += 1,
            Err(error) => told = Some(error),
        }
    }
    let told = told.unwrap();
    assert!(told.why.contains("were dropped") && !told.remedy.is_empty(), "{told:?}");
    assert!((20..=40).contains(&kept), "{kept} were kept");
    caller.send(Audience::Nodes(&[node("i-1")]), false, b"{}").await.unwrap();
    while received(&agent).await != b"{}" {}
}

#[tokio::test]
async fn a_caller_gets_whatever_anybody_sends_to_its_address() {
    let server = NatsServer::start(Release::Recent);
    let caller = caller(&open(&url(&server)).await);
    let address = caller.listen(call(1), false).await.unwrap();
    let stranger = stranger(&server).await;
    for message in ["", "\0", "not json"] {
        stranger.publish(address.0.clone(), message.into()).await.unwrap();
        assert_eq!(answered(&caller).await, message.as_bytes());
    }
    // A request to the address, too, is only a message.
    let asked = timeout(Duration::from_millis(200), stranger.request(address.0.clone(), "?".into())).await;
    assert!(asked.is_err());
    assert_eq!(answered(&caller).await, b"?");
}
