//! What is made on the server, and when.

use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::fleet::transport::{AgentTransport, Audience, CallerTransport};
use bellwether_engines::nats::fleet::{AgentLink, CallerLink};
use bellwether_testkit::nats::{NatsCluster, NatsServer, Release};
use serde_json::Value;

use super::{agent, answered, call, caller, node, open, received, url};

/// Makes a request as an administrator's tools would.
async fn request(server: &NatsServer, subject: &str) -> Value {
    let client = async_nats::connect(server.address()).await.unwrap();
    let answer = client.request(subject.to_owned(), "".into()).await.unwrap();
    serde_json::from_slice(&answer.payload).unwrap()
}

async fn streams(server: &NatsServer) -> Vec<String> {
    let mut found = request(server, "$JS.API.STREAM.NAMES").await;
    let mut names: Vec<String> = serde_json::from_value(found["streams"].take()).unwrap_or_default();
    names.sort();
    names
}

#[tokio::test]
async fn streams_are_made_when_they_are_needed_first() {
    let server = NatsServer::start(Release::Recent);
    let connection = open(&url(&server)).await;
    let (agent, caller) = (agent(&connection, "i-1").await, caller(&connection));
    let address = caller.listen(call(1), false).await.unwrap();
    caller.send(Audience::Everyone, false, b"{}").await.unwrap();
    received(&agent).await;
    agent.reply(&address, call(1), false, b"{}").await.unwrap();
    answered(&caller).await;
    assert!(caller.inventory().await.unwrap().is_empty() && caller.results(call(1)).await.unwrap().is_empty());
    assert_eq!(streams(&server).await, [""; 0]);
    agent.announce(b"{}").await.unwrap();
    assert_eq!(streams(&server).await, ["KV_bw_production_nodes"]);
    caller.send(Audience::Nodes(&[node("i-1")]), true, b"{}").await.unwrap();
    assert_eq!(streams(&server).await, ["KV_bw_production_nodes", "bw_production_requests", "bw_production_results"]);
}

#[tokio::test]
async fn what_is_kept_has_an_end() {
    let server = NatsServer::start(Release::System);
    let connection = open(&url(&server)).await;
    let caller = caller(&connection);
    caller.send(Audience::Nodes(&[node("i-1")]), true, b"{}").await.unwrap();
    for stream in ["bw_production_requests", "bw_production_results"] {
        let config = request(&server, &format!("$JS.API.STREAM.INFO.{stream}")).await["config"].take();
        let day = 24 * 3_600 * 1_000_000_000_u64;
        assert_eq!(config["max_age"], 7 * day, "{config}");
        assert!(config["max_bytes"].as_i64().unwrap() > 0, "{config}");
    }
    let consumer = request(&server, "$JS.API.CONSUMER.INFO.bw_production_requests.n-i-1").await;
    assert!(consumer["config"]["inactive_threshold"].as_u64().unwrap() > 0, "{consumer}");
    assert_eq!(consumer["config"]["max_ack_pending"], 16, "{consumer}");
}

#[tokio::test]
async fn a_node_can_be_removed_from_the_inventory_and_return() {
    let server = NatsServer::start(Release::System);
    let connection = open(&url(&server)).await;
    let (agent, caller) = (agent(&connection, "i 1").await, caller(&connection));
    agent.announce(b"{\"n\":1}").await.unwrap();
    let first = caller.announcements().await.unwrap().remove(0);
    let age = jiff::Timestamp::now().duration_since(first.at).abs();
    assert!(first.node == node("i 1") && age < jiff::SignedDuration::from_mins(5), "{first:?}");
    agent.announce(b"{\"n\":2}").await.unwrap();
    assert!(!caller.forget(&first).await.unwrap(), "it has announced itself meanwhile");
    assert_eq!(caller.inventory().await.unwrap()[0].record, b"{\"n\":2}");
    let second = caller.announcements().await.unwrap().remove(0);
    assert!(caller.forget(&second).await.unwrap());
    assert!(caller.inventory().await.unwrap().is_empty() && caller.announcements().await.unwrap().is_empty());
    assert!(!caller.forget(&second).await.unwrap(), "another has removed it");
    agent.announce(b"{\"n\":3}").await.unwrap();
    let known = caller.inventory().await.unwrap();
    assert!(known.len() == 1 && known[0].node == node("i 1") && known[0].record == b"{\"n\":3}", "{known:?}");
}

#[tokio::test]
async fn in_a_cluster_everything_has_three_copies() {
    let cluster = NatsCluster::start(Release::Recent);
    let connection = open(&cluster.servers_url()).await;
    agent(&connection, "i-1").await.announce(b"{}").await.unwrap();
    caller(&connection).send(Audience::Nodes(&[node("i-1")]), true, b"{}").await.unwrap();
    for stream in ["KV_bw_production_nodes", "bw_production_requests", "bw_production_results"] {
        let info = request(&cluster.servers()[0], &format!("$JS.API.STREAM.INFO.{stream}")).await;
        assert_eq!(info["config"]["num_replicas"], 3, "{info}");
    }
}

/// Agents of a new environment start together. A leader that was chosen a moment ago may not yet know its own stream.
#[tokio::test]
async fn agents_that_announce_themselves_first_and_together_all_do() {
    const AGENTS: usize = 50;
    for (release, rounds) in [(Release::System, 10), (Release::Recent, 4)] {
        let cluster = NatsCluster::start(release);
        let connection = open(&cluster.servers_url()).await;
        for round in 0..rounds {
            let env: EnvironmentName = format!("env-{round}").parse().unwrap();
            let announcing = (0..AGENTS).map(async |number| {
                let agent = AgentLink::on(&connection, env.clone(), node(&format!("i-{number}"))).await.unwrap();
                agent.announce(b"{}").await
            });
            let announced = futures_util::future::join_all(announcing).await;
            let failures: Vec<_> = announced.into_iter().filter_map(Result::err).map(|e| e.to_string()).collect();
            assert!(failures.is_empty(), "round {round}: {failures:?}");
            let known = CallerLink::on(&connection, env).inventory().await.unwrap();
            assert_eq!(known.len(), AGENTS, "round {round}");
        }
    }
}

#[tokio::test]
async fn many_durable_requests_reach_a_node_that_was_away_each_once() {
    let server = NatsServer::start(Release::Recent);
    let connection = open(&url(&server)).await;
    let caller = caller(&connection);
    let mut expected = Vec::new();
    for number in 0..100 {
        let message = format!("{{\"number\":{number:03}}}").into_bytes();
        caller.send(Audience::Nodes(&[node("i-1")]), true, &message).await.unwrap();
        expected.push(message);
    }
    let agent = agent(&connection, "i-1").await;
    let mut found = Vec::new();
    while found.len() < expected.len() {
        found.push(received(&agent).await);
    }
    assert_eq!(found, expected);
}
