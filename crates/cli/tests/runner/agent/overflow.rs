//! More facts than fit into a message.

use bellwether_testkit::moto::Moto;
use serde_json::Value;

use super::support::log;
use crate::exec::support::{Site, holds};
use crate::support::wait_until;

/// How many long facts there are: 400 KB, where a message takes 240.
const LONG: usize = 100;

/// A node with these, and a short one.
fn facts() -> String {
    let long = |number: usize| format!("long{number:02}: \"{}{number}\"\n", "x".repeat(3_900 + number));
    format!("site: prod\n{}", (0..LONG).map(long).collect::<String>())
}

/// The long facts that a program was told.
fn long_ones(printed: &str) -> Vec<String> {
    let told: Value = serde_json::from_str(printed).unwrap();
    let facts = told["nodes"][0]["facts"].as_object().unwrap();
    assert_eq!(facts["site"], "prod", "short ones are never left out");
    facts.keys().filter(|name| name.starts_with("long")).cloned().collect()
}

fn the_longest_are_left_out(site: &Site) {
    let file = site.sandbox.write("many.yaml", facts());
    let agent = site.run(&["agent", "--node", "web-1"]).env("XDG_STATE_HOME", site.state_of("web-1"));
    let agent = agent.env("BELLWETHER_AGENT_FACTS_FILES", file).deadline(std::time::Duration::from_secs(240)).start();
    site.wait_for("web-1");
    for more in [&[][..], &["--ask", "--wait", "30s"]] {
        let told = site.end(0, &[&["facts", "site=prod", "--json"], more].concat()).stdout_text();
        let known = long_ones(&told);
        let shortest: Vec<String> = (0..known.len()).map(|number| format!("long{number:02}")).collect();
        assert_eq!(known, shortest, "the longest ones are left out");
        assert!((40..LONG).contains(&known.len()), "{} of {LONG} are told", known.len());
        let left_out = LONG - known.len();
        if more.is_empty() {
            let said = format!("{left_out} facts, the longest ones, do not fit into a message: others do not see them");
            wait_until("it is said", || log(&agent).contains(&said));
        }
    }
    // Nobody expects the node by a fact that is not told; it answers all the same.
    let done = site.end(0, &["exec", "long99~\"^x+99$\"", "--", "echo", "seen"]);
    assert_eq!(done.stdout_text(), "web-1: seen\n");
    holds(&done.stderr_text(), &["0 nodes are expected to answer"]);
}

#[test]
fn the_longest_facts_are_left_out_in_messages_of_nats_and_filters_see_them() {
    the_longest_are_left_out(&Site::new());
}

#[test]
fn the_longest_facts_are_left_out_in_tables_and_queues_and_filters_see_them() {
    let timeout = ("BELLWETHER_AWS_TIMEOUT".to_owned(), "30s".to_owned());
    the_longest_are_left_out(&Site::at("sqs:").with(Moto::shared().environment("eu-west-2")).with([timeout]));
}
