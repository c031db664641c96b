//! What is left, and its removal.

use std::time::Duration;

use bellwether_aws::{AwsFleet, CleanRules, Leftover, LeftoverKind};
use bellwether_core::fleet::transport::{AgentTransport, CallerTransport};
use bellwether_core::names::NodeId;
use serde_json::json;

use super::{boto, call, fleet, node};

/// As if everything were old enough.
fn keeping(keep: &[NodeId]) -> CleanRules<'_> {
    CleanRules { keep, nodes_younger_than: Duration::ZERO, replies_younger_than: Duration::ZERO }
}

fn told(left: &[Leftover]) -> Vec<(LeftoverKind, &str, Option<&str>)> {
    left.iter().map(|one| (one.kind, one.name.as_str(), one.node.as_deref())).collect()
}

/// Ages are told in whole seconds.
async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(1_100)).await;
}

async fn nodes(fleet: &AwsFleet, names: &[&str]) {
    for name in names {
        fleet.agent(&node(name)).await.unwrap().announce(format!("{{\"n\":\"{name}\"}}").as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn queues_and_records_of_nodes_that_are_gone_are_removed_with_their_subscriptions() {
    let fleet = fleet("clean");
    nodes(&fleet, &["i-1", "i-2", "i 3"]).await;
    let reply = fleet.caller().listen(call(3), false).await.unwrap();
    a_moment().await;
    let keep = [node("i-2")];
    let left = fleet.leftovers(&keeping(&keep)).await.unwrap();
    assert_eq!(
        told(&left),
        [
            (LeftoverKind::NodeQueue, "bw-clean-node-i-1", Some("i-1")),
            (LeftoverKind::NodeQueue, "bw-clean-node-i_203", Some("i 3")),
            (LeftoverKind::NodeRecord, "i 3", Some("i 3")),
            (LeftoverKind::NodeRecord, "i-1", Some("i-1")),
            (LeftoverKind::ReplyQueue, reply.0.as_str(), None),
        ]
    );
    assert!(left.iter().all(|one| one.since.is_some()));
    let removed = fleet.remove(&left).await.unwrap();
    assert!(removed.len() == 5 && removed.iter().all(Result::is_ok), "{removed:?}");
    let queues = boto("[u.split('/')[-1] for u in sqs.list_queues(QueueNamePrefix='bw-clean-')['QueueUrls']]");
    assert_eq!(queues, json!(["bw-clean-node-i-2"]));
    let subscribed = boto(
        "[s['Endpoint'].split(':')[-1] for s in
            sns.list_subscriptions_by_topic(TopicArn='arn:aws:sns:eu-west-1:123456789012:bw-clean')['Subscriptions']]",
    );
    assert_eq!(subscribed, json!(["bw-clean-node-i-2"]));
    let known = fleet.caller().inventory().await.unwrap();
    assert!(known.len() == 1 && known[0].record == b"{\"n\":\"i-2\"}", "{known:?}");
    assert_eq!(fleet.leftovers(&keeping(&keep)).await.unwrap(), []);
    let again = fleet.remove(&left).await.unwrap();
    assert!(again.iter().all(Result::is_ok), "{again:?}");
}

#[tokio::test]
async fn what_is_young_is_left_alone() {
    let fleet = fleet("young");
    nodes(&fleet, &["i-1"]).await;
    let caller = fleet.caller();
    caller.listen(call(4), false).await.unwrap();
    a_moment().await;
    let hour = Duration::from_secs(3_600);
    let rules = CleanRules { keep: &[], nodes_younger_than: hour, replies_younger_than: hour };
    assert_eq!(fleet.leftovers(&rules).await.unwrap(), []);
    let rules = CleanRules { nodes_younger_than: Duration::ZERO, ..rules };
    let kinds: Vec<_> = fleet.leftovers(&rules).await.unwrap().iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [LeftoverKind::NodeQueue, LeftoverKind::NodeRecord]);
    caller.close().await;
}

#[tokio::test]
async fn other_environments_are_left_alone() {
    for env in ["alike", "alike-node", "alike_node"] {
        nodes(&fleet(env), &["i-1"]).await;
    }
    a_moment().await;
    let left = fleet("alike").leftovers(&keeping(&[])).await.unwrap();
    assert_eq!(told(&left)[0], (LeftoverKind::NodeQueue, "bw-alike-node-i-1", Some("i-1")));
    assert_eq!(left.len(), 2);
}

#[tokio::test]
async fn an_environment_that_never_was_has_nothing_left() {
    assert_eq!(fleet("never").leftovers(&keeping(&[])).await.unwrap(), []);
}

/// Somebody takes a node for gone that is not: its agent makes everything anew.
#[tokio::test]
async fn an_agent_whose_queue_was_removed_makes_it_again() {
    let fleet = fleet("revived");
    let agent = fleet.agent(&node("i-1")).await.unwrap();
    a_moment().await;
    let left = fleet.leftovers(&keeping(&[])).await.unwrap();
    fleet.remove(&left).await.unwrap();
    agent.receive().await.unwrap_err();
    let caller = fleet.caller();
    let all = bellwether_core::fleet::transport::Audience::Everyone;
    caller.send(all, false, b"{\"again\":1}").await.unwrap();
    assert_eq!(agent.receive().await.unwrap().message, b"{\"again\":1}");
}
