//! `ping` and `facts`.

use nix::sys::signal::Signal;
use serde_json::Value;

use super::support::{Site, crash, holds};

#[test]
fn a_ping_tells_who_answers_how_fast_and_who_does_not() {
    let site = Site::new();
    let mut agents = site.agents(&["db-1", "web-1"]);
    let text = site.end(0, &["ping"]).stdout_text();
    holds(&text, &["NODE", "db-1   answered", "web-1  answered", "2 of 2 answered: shortest ", " ms"]);
    crash(agents.remove(0));
    let text = site.end(2, &["ping", "--wait", "2s"]).stdout_text();
    holds(&text, &["db-1   silent", "1 of 2 answered"]);
    let json: Value = serde_json::from_slice(&site.end(0, &["ping", "role=web", "--json"]).stdout).unwrap();
    assert_eq!((&json["answered"], &json["nodes"][0]["state"]), (&1.into(), &"answered".into()));
    assert!(json["nodes"][0]["milliseconds"].as_f64().unwrap() > 0.0, "{json}");
    holds(&site.end(2, &["ping", "--nodes", "nobody", "--wait", "1s"]).stdout_text(), &["nobody  silent"]);
}

#[test]
fn facts_are_shown_without_asking_and_when_asked() {
    let site = Site::new();
    let mut agents = site.agents(&["db-1", "web-1"]);
    holds(&site.end(0, &["facts"]).stdout_text(), &["NODE", "db-1   present", "web-1  present"]);
    let one = site.end(0, &["facts", "web-1"]).stdout_text();
    holds(&one, &["web-1  present, last seen ", "\n  role = web\n", "\n  node = web-1\n"]);
    let shown = site.end(0, &["facts", "role=db", "--show", "role,none"]).stdout_text();
    assert!(shown.contains("db,-") && !shown.contains("web-1"), "{shown}");
    let json: Value = serde_json::from_slice(&site.end(0, &["facts", "--json", "--ask"]).stdout).unwrap();
    assert_eq!(json["nodes"][1]["facts"]["role"], "web");
    crash(agents.remove(0));
    let asked = site.end(2, &["facts", "--ask", "--wait", "2s"]);
    holds(&asked.stdout_text(), &["db-1   silent", "web-1  present"]);
    holds(&asked.stderr_text(), &["expected, but silent: db-1"]);
    let wrong = site.end(64, &["facts", "role=web and ("]).stderr_text();
    holds(&wrong, &["no node of the inventory, and no filter", "^"]);
}

#[test]
fn a_node_that_says_farewell_is_not_missed() {
    let site = Site::new();
    let mut agents = site.agents(&["db-1", "web-1"]);
    let agent = agents.remove(0);
    agent.signal(Signal::SIGTERM);
    agent.finish().expect_code(0);
    holds(&site.end(0, &["facts"]).stdout_text(), &["db-1   left", "web-1  present"]);
    let done = site.end(0, &["exec", "--all", "--wait", "2s", "--", "true"]);
    holds(&done.stderr_text(), &["ended by themselves, and not asked: db-1", "1 succeeded\n"]);
}
