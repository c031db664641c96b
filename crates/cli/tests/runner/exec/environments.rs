//! One caller, two environments: nodes of the same name are other machines, with other keys.

use std::time::Duration;

use bellwether_core::fleet::reply::Event;
use bellwether_testkit::process::Running;
use serde_json::Value;

use super::impostor;
use super::support::{Site, holds};
use crate::support::wait_until;

/// Starts an agent in another environment of the same caller and servers, and waits until its record is there.
fn agent_elsewhere(site: &Site, environment: &str, node: &str) -> Running {
    let state = site.state_of(&format!("{environment}-{node}"));
    let run = site.run(&["agent", "--node", node, "--environment", environment]).env("XDG_STATE_HOME", state);
    let agent = run.deadline(Duration::from_secs(600)).start();
    wait_until("the agent elsewhere is in the inventory", || {
        let facts = site.run(&["facts", node, "--json", "--environment", environment]).finish();
        facts.code == Some(0) && facts.stdout_text().contains("\"present\"")
    });
    agent
}

/// What `keys list` knows of the nodes, as environment, node and key.
fn known(site: &Site) -> Vec<[String; 3]> {
    let listed: Value = serde_json::from_slice(&site.end(0, &["keys", "list", "--json"]).stdout).unwrap();
    let field = |node: &Value, name: &str| node[name].as_str().unwrap().to_owned();
    let nodes = listed["nodes"].as_array().unwrap().iter();
    nodes.map(|node| ["environment", "node", "key"].map(|name| field(node, name))).collect()
}

#[test]
fn a_node_of_one_environment_is_neither_taken_for_its_namesake_in_another_nor_missed_there() {
    let site = Site::new();
    let other = format!("{}-other", site.env);
    let _agents = site.agents(&["db-1", "web-1"]);
    let _elsewhere = agent_elsewhere(&site, &other, "web-1");
    for (environment, count) in [(&site.env, "2 of 2 answered"), (&other, "1 of 1 answered"), (&site.env, "2 of 2")] {
        let done = site.end(0, &["ping", "--environment", environment]);
        holds(&done.stdout_text(), &[count]);
        let told = done.stderr_text();
        assert!(!told.contains("believed") && !told.contains("known before"), "{environment}: {told}");
    }
    let known = known(&site);
    let places: Vec<_> = known.iter().map(|[environment, node, _]| [environment.as_str(), node.as_str()]).collect();
    assert_eq!(places, [[&site.env, "db-1"], [&site.env, "web-1"], [&other, "web-1"]]);
    assert_ne!(known[1][2], known[2][2], "each has its own key");
}

#[test]
fn an_impostor_is_found_out_in_its_environment_and_the_remedy_leaves_the_others_alone() {
    let site = Site::new();
    let other = format!("{}-other", site.env);
    let _agent = site.agent("web-1");
    let key = site.end(0, &["keys", "show"]).stdout_text().trim().to_owned();
    site.end(0, &["keys", "pin", "web-1", &key, "--environment", &other]);
    impostor::answer(&other, "web-1", 7, vec![Event::Pong]);
    let told = site.end(2, &["ping", "--nodes", "web-1", "--wait", "1s", "--environment", &other]).stderr_text();
    holds(&told, &["has another key than before", &format!("keys forget web-1 --environment {other}'")]);
    let told = site.end(2, &["ping", "--wait", "1s", "--environment", &other]).stderr_text();
    holds(&told, &["known before", "web-1", &format!("keys forget --absent --environment {other}'")]);
    site.end(0, &["keys", "forget", "web-1", "--environment", &other]);
    assert_eq!(known(&site).iter().map(|[environment, ..]| environment).collect::<Vec<_>>(), [&site.env]);
    assert_eq!(site.end(0, &["ping"]).stderr_text(), "");
}
