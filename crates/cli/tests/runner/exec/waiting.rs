//! Durable calls, and `results`.

use nix::sys::signal::Signal;

use super::support::{Site, crash, holds, sorted};
use crate::support::wait_until;

/// The id that stands in the list of calls.
fn only_call(site: &Site) -> String {
    let list = site.end(0, &["results", "--json"]);
    let list: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
    list["calls"][0]["id"].as_str().unwrap().to_owned()
}

fn wait_for_status(site: &Site, status: i32, call: &str) {
    wait_until("the results are there", || site.run(&["results", call]).finish().code == Some(status));
}

#[test]
fn nobody_waits_for_an_async_call_and_its_results_can_be_had_later() {
    let site = Site::new();
    let _agents = site.agents(&["web-1", "web-2"]);
    let gate = site.sandbox.path().join("gate");
    let shell = format!("while ! [ -e {} ]; do sleep 0.1; done; echo done; exit 3", gate.display());
    let call = site.end(0, &["exec", "--all", "--async", "--shell", &shell]).stdout_text().trim().to_owned();
    wait_until("both run", || {
        site.run(&["results", &call]).finish().stderr_text().contains("still running: web-1, web-2")
    });
    site.end(2, &["results", &call]);
    std::fs::write(&gate, "").unwrap();
    wait_for_status(&site, 1, &call);
    let done = site.end(1, &["results", &call]);
    assert_eq!(sorted(&done.stdout_text()), ["web-1: done", "web-2: done"]);
    let folded = site.end(1, &["results", &call, "--fold"]).stdout_text();
    assert_eq!(folded, "2 nodes (web-1, web-2): failed with status 3\n  done\n");
    holds(&site.end(0, &["results"]).stdout_text(), &[&call, "gate"]);
}

#[test]
fn a_node_that_is_away_gets_a_durable_request_when_it_returns() {
    let site = Site::new();
    let mut agents = site.agents(&["web-1", "web-2"]);
    crash(agents.remove(0));
    let durable = ["exec", "--all", "--durable", "--ttl", "1h", "--wait", "2s", "--", "echo", "late"];
    let done = site.end(2, &durable);
    assert_eq!(done.stdout_text(), "web-2: late\n");
    holds(&done.stderr_text(), &["did not answer: web-1", "bellwether results "]);
    let call = only_call(&site);
    let _agent = site.start("web-1");
    wait_for_status(&site, 0, &call);
    assert_eq!(sorted(&site.end(0, &["results", &call]).stdout_text()), ["web-1: late", "web-2: late"]);
}

#[test]
fn a_node_that_was_stopped_is_asked_by_a_durable_call_and_when_it_is_named() {
    let site = Site::new();
    let mut agents = site.agents(&["web-1", "web-2"]);
    let agent = agents.remove(0);
    agent.signal(Signal::SIGTERM);
    agent.finish().expect_code(0);
    holds(&site.end(0, &["facts"]).stdout_text(), &["web-1  left"]);
    let done = site.end(2, &["exec", "--nodes", "web-1,web-2", "--wait", "1s", "--", "true"]);
    holds(&done.stderr_text(), &["did not answer: web-1", "1 succeeded, 1 without an answer"]);
    holds(&site.end(2, &["ping", "--nodes", "web-1", "--wait", "1s"]).stdout_text(), &["web-1  silent"]);
    let call = site.end(0, &["exec", "role=web", "--async", "--", "echo", "late"]).stdout_text().trim().to_owned();
    let _agent = site.start("web-1");
    wait_for_status(&site, 0, &call);
    assert_eq!(sorted(&site.end(0, &["results", &call]).stdout_text()), ["web-1: late", "web-2: late"]);
}

#[test]
fn who_was_not_asked_any_more_is_not_missed_in_the_results() {
    let site = Site::new();
    let _agents = site.agents(&["web-1", "web-2", "web-3"]);
    site.end(1, &["exec", "--all", "--durable", "--batch", "1", "--max-failures", "0", "--", "false"]);
    let call = only_call(&site);
    let done = site.end(1, &["results", &call]);
    holds(&done.stderr_text(), &["not asked any more: web-2, web-3", "0 succeeded, 1 failed, 2 not asked\n"]);
    let elsewhere = site.end(64, &["results", &call, "--environment", "elsewhere"]).stderr_text();
    holds(&elsewhere, &["was made in the environment", &site.env, "add --environment "]);
}

#[test]
fn the_results_outlive_a_caller_that_is_killed() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let call = site.run(&["exec", "--all", "--durable", "--shell", "echo begun; sleep 3; echo ended"]).start();
    wait_until("it runs", || call.stdout_so_far().starts_with(b"web-1: begun"));
    call.signal(Signal::SIGKILL);
    drop(call.finish());
    let call = only_call(&site);
    wait_for_status(&site, 0, &call);
    assert_eq!(site.end(0, &["results", &call]).stdout_text(), "web-1: begun\nweb-1: ended\n");
}

#[test]
fn a_call_that_nobody_knows_is_told() {
    let site = Site::new();
    let done = site.end(69, &["results", "019c7d4e-5f00-7a3b-8c4d-0123456789ab"]);
    holds(&done.stderr_text(), &["nothing is known of call 019c7d4e", "--durable or --async"]);
    assert_eq!(site.end(0, &["results"]).stdout_text(), "no durable calls are remembered here\n");
}
