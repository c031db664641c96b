//! What a caller remembers of nodes, and what it does not.

use std::time::Duration;

use bellwether_core::facts::Facts;
use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::inventory::{NodeKind, NodeRecord};
use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::names::NodeId;
use jiff::Timestamp;
use nix::sys::signal::Signal;
use serde_json::Value;

use super::impostor;
use super::support::{Site, crash, holds};
use crate::support::wait_until;

/// The nodes that the caller knows.
fn known(site: &Site) -> Vec<String> {
    let listed: Value = serde_json::from_slice(&site.end(0, &["keys", "list", "--json"]).stdout).unwrap();
    listed["nodes"].as_array().unwrap().iter().map(|node| node["node"].as_str().unwrap().to_owned()).collect()
}

/// Has the caller know nodes that are not there.
fn pin(site: &Site, nodes: &[&str]) {
    let key = site.end(0, &["keys", "show"]).stdout_text().trim().to_owned();
    nodes.iter().for_each(|node| drop(site.end(0, &["keys", "pin", node, &key])));
}

/// That a node has left, as its agent said so long ago.
fn old_farewell(site: &Site, node: &str, age: Duration) -> Vec<u8> {
    let key = std::fs::read_to_string(site.state_of(node).join("bellwether/agent/key")).unwrap();
    let record = NodeRecord {
        kind: NodeKind::Node,
        node: NodeId::new(node).unwrap(),
        env: site.env.parse().unwrap(),
        facts: Facts::default(),
        seen: Timestamp::now() - age,
        period_ms: 60_000,
        version: String::new(),
        left: true,
    };
    Envelope::seal(&SigningKey::parse(&key).unwrap(), record.encode().unwrap()).unwrap()
}

#[test]
fn nodes_that_are_gone_are_told_in_short_and_forgotten_together() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    pin(&site, &["gone-1", "gone-2", "gone-3", "gone-4", "gone-5", "gone-6", "gone-7"]);
    let hint = format!("'bellwether keys forget --absent --environment {}'", site.env);
    let told = site.end(0, &["ping"]).stderr_text();
    holds(&told, &["7 nodes known before", "gone-1, gone-2, gone-3, gone-4, gone-5 and 2 more; ", &hint]);

    let forgotten = site.end(0, &["keys", "forget", "gone-1", "gone-2"]).stdout_text();
    assert_eq!(forgotten.matches("is forgotten; the next key it shows is believed").count(), 2, "{forgotten}");
    let told = site.end(64, &["keys", "forget", "gone-3", "nobody"]).stderr_text();
    holds(&told, &["no key of node 'nobody' is known"]);
    let would = site.end(0, &["keys", "forget", "--absent", "--dry-run"]).stdout_text();
    assert_eq!(would.matches("would be forgotten").count(), 5, "{would}");
    assert_eq!(known(&site), ["gone-3", "gone-4", "gone-5", "gone-6", "gone-7", "web-1"]);

    let forgotten = site.end(0, &["keys", "forget", "--absent"]).stdout_text();
    assert_eq!(forgotten.matches("is forgotten").count(), 5, "{forgotten}");
    assert_eq!(known(&site), ["web-1"]);
    assert_eq!(site.end(0, &["ping"]).stderr_text(), "");
    holds(
        &site.end(0, &["keys", "forget", "--absent"]).stdout_text(),
        &["every node that is known is in the inventory"],
    );
}

#[test]
fn nobody_is_forgotten_who_has_a_record_that_was_spoilt_or_when_there_is_no_inventory() {
    let site = Site::new();
    pin(&site, &["gone-1"]);
    let told = site.end(64, &["keys", "forget", "--absent"]).stderr_text();
    holds(&told, &[&format!("the inventory of '{}' is empty", site.env), "bellwether keys list"]);
    let _agent = site.agent("web-1");
    impostor::put_record(&site.env, "web-1", b"noise");
    let forgotten = site.end(0, &["keys", "forget", "--absent"]).stdout_text();
    assert!(forgotten.contains("gone-1") && !forgotten.contains("web-1"), "{forgotten}");
    assert_eq!(known(&site), ["web-1"]);
}

#[test]
fn strangers_are_shown_but_not_remembered_where_there_is_an_inventory() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    impostor::haunt(&site.env, 30);
    // Long enough for all of them to be heard.
    let told = site.end(0, &["exec", "--all", "--shell", "sleep 3"]).stderr_text();
    holds(&told, &["30 nodes answered without being in the inventory of", "and not remembered: ghost-0, "]);
    assert_eq!(known(&site), ["web-1"]);
    // Who is named is remembered, as everybody is where there is no inventory.
    site.end(0, &["ping", "--nodes", "ghost-7"]);
    assert_eq!(known(&site), ["ghost-7", "web-1"]);
    let elsewhere = format!("{}-elsewhere", site.env);
    impostor::haunt(&elsewhere, 1);
    let told = site.end(0, &["ping", "--environment", &elsewhere]).stderr_text();
    holds(&told, &["1 node seen for the first time: ghost-0"]);
}

#[test]
fn an_old_farewell_that_is_put_back_hides_no_node() {
    let site = Site::new();
    let mut agents = site.agents(&["web-1", "web-2"]);
    crash(agents.remove(0));
    impostor::put_record(&site.env, "web-1", &old_farewell(&site, "web-1", Duration::from_secs(600)));
    let done = site.end(2, &["ping", "--wait", "2s"]);
    holds(&done.stdout_text(), &["web-1  silent", "1 of 2 answered"]);
    let remedy = format!("'bellwether keys forget web-1 --environment {}'", site.env);
    holds(&done.stderr_text(), &["node 'web-1' said this at ", ", and something else at ", &remedy]);
    let agent = site.agent("web-1");
    agent.signal(Signal::SIGTERM);
    agent.finish().expect_code(0);
    wait_until("what it says itself is believed", || {
        let facts = site.run(&["facts"]).finish();
        facts.code == Some(0) && facts.stdout_text().contains("web-1  left") && facts.stderr_text().is_empty()
    });
}

#[test]
fn nodes_that_were_copied_with_their_key_are_told() {
    let site = Site::new();
    let _first = site.agent("web-1");
    let [from, to] = ["web-1", "web-2"].map(|node| site.state_of(node).join("bellwether/agent"));
    bellwether_host::files::private_dir(&to).unwrap();
    std::fs::copy(from.join("key"), to.join("key")).unwrap();
    let _second = site.agent("web-2");
    let told = site.end(0, &["ping"]).stderr_text();
    holds(&told, &["the same key is shown by 2 nodes: web-1, web-2; ", "remove agent/key from the copies"]);
    assert_eq!(told.matches("the same key").count(), 1, "{told}");
}
