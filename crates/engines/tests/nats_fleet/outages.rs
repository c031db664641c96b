//! A server that restarts or hangs, a cluster that loses one, a server without JetStream.

use std::time::{Duration, Instant};

use bellwether_core::fleet::transport::{AgentTransport, Audience, CallerTransport};
use bellwether_engines::nats::NatsOptions;
use bellwether_engines::nats::fleet::Connection;
use bellwether_testkit::nats::{NatsCluster, NatsServer, Release};

use super::{agent, answered, call, caller, node, open, patiently, received, url};

/// What the limit of a call may be exceeded by on a busy machine.
const SLACK: Duration = Duration::from_secs(3);

/// A message of each kind goes through, however often that must be tried.
async fn all_goes_on(agent: &super::AgentLink, caller: &super::CallerLink, round: u32) {
    let request = format!("{{\"round\":{round}}}").into_bytes();
    let address = patiently(async || caller.listen(call(1), false).await).await;
    let exchange = async {
        loop {
            // What is sent while the other side is not connected yet is lost: that is what plain messages are.
            patiently(async || caller.send(Audience::Nodes(&[node("i-1")]), false, &request).await).await;
            if let Ok(found) = tokio::time::timeout(Duration::from_millis(500), received(agent)).await
                && found == request
            {
                break;
            }
        }
        loop {
            patiently(async || agent.reply(&address, call(1), false, &request).await).await;
            if let Ok(found) = tokio::time::timeout(Duration::from_millis(500), answered(caller)).await
                && found == request
            {
                break;
            }
        }
    };
    tokio::time::timeout(super::PATIENCE, exchange).await.unwrap();
    patiently(async || agent.announce(&request).await).await;
    let known = patiently(async || caller.inventory().await).await;
    assert!(known.len() == 1 && known[0].record == request, "{known:?}");
}

#[tokio::test]
async fn receiving_goes_on_by_itself_after_a_restart() {
    for release in [Release::System, Release::Recent] {
        let server = NatsServer::start(release);
        let (agents, callers) = (open(&url(&server)).await, open(&url(&server)).await);
        let (agent, caller) = (agent(&agents, "i-1").await, caller(&callers));
        for round in 0..3 {
            all_goes_on(&agent, &caller, round).await;
            server.restart();
        }
        all_goes_on(&agent, &caller, 3).await;
    }
}

#[tokio::test]
async fn durable_requests_and_results_survive_a_restart() {
    let server = NatsServer::start(Release::System);
    let (agents, callers) = (open(&url(&server)).await, open(&url(&server)).await);
    let (away, caller) = (agent(&agents, "i-1").await, caller(&callers));
    away.close().await;
    let address = caller.listen(call(1), true).await.unwrap();
    caller.send(Audience::Nodes(&[node("i-1")]), true, b"{\"kept\":1}").await.unwrap();
    server.restart();
    let agent = patiently(async || super::AgentLink::on(&agents, super::production(), node("i-1")).await).await;
    assert_eq!(received(&agent).await, b"{\"kept\":1}");
    patiently(async || agent.reply(&address, call(1), true, b"{\"done\":1}").await).await;
    server.restart();
    let results = patiently(async || caller.results(call(1)).await).await;
    assert!(!results.is_empty() && results.iter().all(|result| result == b"{\"done\":1}"), "{results:?}");
}

#[tokio::test]
async fn a_cluster_may_lose_any_one_server() {
    let cluster = NatsCluster::start(Release::Recent);
    let (agents, callers) = (open(&cluster.servers_url()).await, open(&cluster.servers_url()).await);
    let (agent, caller) = (agent(&agents, "i-1").await, caller(&callers));
    all_goes_on(&agent, &caller, 0).await;
    for (round, server) in (1..).zip(cluster.servers()) {
        server.stop();
        all_goes_on(&agent, &caller, round).await;
        server.restart();
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_an_error_within_the_limit_and_another_is_used() {
    let server = NatsServer::start(Release::Recent);
    let (agents, callers) = (open(&url(&server)).await, open(&url(&server)).await);
    let (agent, caller) = (agent(&agents, "i-1").await, caller(&callers));
    all_goes_on(&agent, &caller, 0).await;
    server.pause();
    let limit = NatsOptions::default().timeout;
    let (start, address) = (Instant::now(), format!("bw.production.reply.{}", call(1)));
    let address = bellwether_core::fleet::request::ReplyAddress(address);
    assert!(agent.reply(&address, call(1), false, b"{}").await.is_err());
    assert!(caller.send(Audience::Everyone, false, b"{}").await.is_err());
    assert!(caller.send(Audience::Nodes(&[]), false, b"").await.is_err(), "it is found out without sending anything");
    assert!(agent.announce(b"{}").await.is_err());
    assert!(caller.inventory().await.is_err());
    assert!(start.elapsed() < 4 * limit + SLACK, "{:?}", start.elapsed());
    server.resume();
    all_goes_on(&agent, &caller, 1).await;
}

#[tokio::test]
async fn a_server_that_is_away_is_told_with_a_remedy() {
    let server = NatsServer::start(Release::System);
    let agents = open(&url(&server)).await;
    let agent = agent(&agents, "i-1").await;
    server.stop();
    let error = Connection::open(&url(&server), NatsOptions::default()).await.unwrap_err();
    assert!(error.why.contains("refused") && error.remedy.contains("nats-server"), "{error:?}");
    // The agent is told, again and again, and receives when the server is back.
    for _ in 0..2 {
        let told = tokio::time::timeout(super::PATIENCE, agent.receive()).await.unwrap().unwrap_err();
        assert!(told.remedy.contains("nats-server"), "{told:?}");
    }
    server.restart();
    all_goes_on(&agent, &caller(&open(&url(&server)).await), 1).await;
}

#[tokio::test]
async fn without_jetstream_all_goes_but_the_inventory_and_what_is_durable() {
    let server = NatsServer::start_with(Release::System, "accounts { plain { users: [ { user: a, password: b } ] } }");
    let url = format!("nats://a:b@{}", server.address());
    let connection = open(&url).await;
    let (agent, caller) = (agent(&connection, "i-1").await, caller(&connection));
    let address = caller.listen(call(1), false).await.unwrap();
    caller.send(Audience::Everyone, false, b"{}").await.unwrap();
    assert_eq!(received(&agent).await, b"{}");
    agent.reply(&address, call(1), false, b"{\"re\":1}").await.unwrap();
    assert_eq!(answered(&caller).await, b"{\"re\":1}");
    for error in [
        agent.announce(b"{}").await.unwrap_err(),
        caller.inventory().await.unwrap_err(),
        caller.results(call(1)).await.unwrap_err(),
        caller.listen(call(1), true).await.unwrap_err(),
        caller.send(Audience::Nodes(&[node("i-1")]), true, b"{}").await.unwrap_err(),
    ] {
        assert!(error.why.contains("JetStream") || error.remedy.contains("JetStream"), "{error:?}");
    }
}
