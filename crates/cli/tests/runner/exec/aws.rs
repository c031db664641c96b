//! The core of it all on queues, a topic and tables, as moto plays them.

use bellwether_testkit::moto::Moto;

use super::support::{Site, crash, holds, sorted};
use crate::support::wait_until;

fn site() -> Site {
    let timeout = ("BELLWETHER_AWS_TIMEOUT".to_owned(), "30s".to_owned());
    Site::at("sqs:").with(Moto::shared().environment("eu-west-2")).with([timeout])
}

#[test]
fn commands_pings_and_facts_are_carried_by_queues() {
    let site = site();
    let mut agents = site.agents(&["db-1", "web-1"]);
    holds(&site.end(0, &["ping"]).stdout_text(), &["2 of 2 answered"]);
    holds(&site.end(0, &["facts", "role=web"]).stdout_text(), &["web-1  present"]);
    let done = site.end(1, &["exec", "role=web", "--shell", "echo out; echo err >&2; exit 3"]);
    assert_eq!(done.stdout_text(), "web-1: out\n");
    holds(&done.stderr_text(), &["web-1: err\n", "web-1: failed with status 3", "0 succeeded, 1 failed\n"]);
    let done = site.end(0, &["exec", "--all", "--batch", "1", "--", "echo", "hi"]);
    assert_eq!(sorted(&done.stdout_text()), ["db-1 : hi", "web-1: hi"]);
    crash(agents.remove(0));
    let done = site.end(2, &["exec", "--all", "--wait", "5s", "--", "true"]);
    holds(&done.stderr_text(), &["did not answer: db-1", "1 succeeded, 1 without an answer"]);
}

#[test]
fn durable_calls_wait_in_queues_for_nodes_and_for_callers() {
    let site = site();
    crash(site.agent("web-1"));
    let lone = site.end(2, &["exec", "--nodes", "gone-1", "--durable", "--wait", "2s", "--", "true"]);
    holds(&lone.stderr_text(), &["not reached: gone-1", "did not answer: gone-1"]);
    let call = site.end(0, &["exec", "--nodes", "web-1", "--async", "--ttl", "1h", "--", "echo", "late"]);
    let call = call.stdout_text().trim().to_owned();
    let _agent = site.start("web-1");
    wait_until("the results are there", || site.run(&["results", &call]).finish().code == Some(0));
    assert_eq!(site.end(0, &["results", &call]).stdout_text(), "web-1: late\n");
    let done = site.end(2, &["exec", "--nodes", "gone-1,web-1", "--durable", "--", "echo", "ran"]);
    assert_eq!(done.stdout_text(), "web-1 : ran\n");
    holds(&done.stderr_text(), &["not reached: gone-1", "did not answer: gone-1", "1 succeeded, 1 without"]);
}
