//! Many calls over queues, as moto plays them.

use bellwether_testkit::moto::Moto;
use bellwether_testkit::process::Running;
use nix::sys::signal::Signal;

use super::support::memory_of;
use crate::exec::support::{Site, crash, holds};
use crate::support::wait_until;

const REGION: &str = "eu-west-2";
/// Calls one after the other.
const IN_A_ROW: usize = 200;
/// Calls at the same time.
const AT_ONCE: usize = 20;
/// After so many the agent has all that it needs.
const WARM: usize = 20;
/// How many messages a queue holds, on their way and being dealt with.
const HELD: &str = r#"
import json, os, boto3
sqs = boto3.client("sqs", region_name=os.environ["REGION"])
url = sqs.get_queue_url(QueueName=os.environ["QUEUE"])["QueueUrl"]
names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
print(sum(int(attributes[name]) for name in names))
"#;

fn site() -> Site {
    let more = [("BELLWETHER_AWS_TIMEOUT", "30s"), ("BELLWETHER_AGENT_COMMANDS", "32")];
    let more = more.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Site::at("sqs:").with(Moto::shared().environment(REGION)).with(more)
}

fn held(site: &Site) -> usize {
    let queue = format!("bw-{}-node-web-1", site.env.replace('-', "_2D"));
    let told = Moto::shared().run_boto(HELD, &[("REGION", REGION), ("QUEUE", &queue)]);
    told.trim().parse().unwrap()
}

/// Each command adds its number to a file.
fn call(site: &Site, number: usize) -> Running {
    let line = format!("echo {number} >> {}", site.sandbox.path().join("ran").display());
    let call = ["exec", "--nodes", "web-1", "--wait", "60s", "--shell", &line];
    site.run(&call).deadline(std::time::Duration::from_secs(120)).start()
}

#[test]
fn of_hundreds_of_calls_each_is_run_once_nothing_is_left_in_the_queue_and_the_agent_stays_small() {
    let site = site();
    let agent = site.agent("web-1");
    let mut before = 0;
    for number in 0..IN_A_ROW {
        call(&site, number).finish().expect_code(0);
        if number == WARM {
            before = memory_of(agent.pid(), "RssAnon:");
        }
    }
    let calls: Vec<Running> = (IN_A_ROW..IN_A_ROW + AT_ONCE).map(|number| call(&site, number)).collect();
    for call in calls {
        call.finish().expect_code(0);
    }
    wait_until("the queue is empty", || held(&site) == 0);
    let ran = std::fs::read_to_string(site.sandbox.path().join("ran")).unwrap();
    let mut ran: Vec<usize> = ran.lines().map(|line| line.parse().unwrap()).collect();
    assert!(ran[..IN_A_ROW].is_sorted(), "calls that follow each other run in their order");
    ran.sort_unstable();
    assert_eq!(ran, (0..IN_A_ROW + AT_ONCE).collect::<Vec<_>>(), "each ran once");
    let memory = memory_of(agent.pid(), "RssAnon:");
    println!("{before} KiB after {WARM} calls, {memory} KiB after {}", IN_A_ROW + AT_ONCE);
    assert!(memory < before + 8 * 1_024, "{memory} KiB, and {before} KiB at the beginning");
}

#[test]
fn the_results_of_a_durable_call_outlive_a_caller_that_is_killed() {
    let site = site();
    let _agent = site.agent("web-1");
    let gate = site.sandbox.path().join("gate");
    let shell = format!("echo begun; while ! [ -e {} ]; do sleep 0.1; done; echo ended", gate.display());
    let call = site.run(&["exec", "--all", "--durable", "--wait", "60s", "--shell", &shell]).start();
    wait_until("it runs", || call.stdout_so_far().starts_with(b"web-1: begun"));
    call.signal(Signal::SIGKILL);
    assert_eq!(call.finish().signal, Some(9));
    std::fs::write(gate, "").unwrap();
    let list: serde_json::Value = serde_json::from_slice(&site.end(0, &["results", "--json"]).stdout).unwrap();
    let id = list["calls"][0]["id"].as_str().unwrap();
    wait_until("all is there", || site.run(&["results", id]).finish().code == Some(0));
    let done = site.end(0, &["results", id]);
    assert_eq!(done.stdout_text(), "web-1: begun\nweb-1: ended\n");
    holds(&done.stderr_text(), &["1 succeeded"]);
}

#[test]
fn a_command_whose_agent_is_killed_is_not_run_again_and_its_caller_is_told() {
    let site = site();
    let agent = site.agent("web-1");
    let ran = site.sandbox.path().join("ran");
    // It ends with the test.
    let home = site.sandbox.home();
    let shell =
        format!("echo run >> {}; echo begun; while [ -d {} ]; do sleep 0.1; done", ran.display(), home.display());
    let call = site.run(&["exec", "--all", "--wait", "60s", "--shell", &shell]).start();
    wait_until("it runs", || call.stdout_so_far().starts_with(b"web-1: begun"));
    crash(agent);
    let _agent = site.agent("web-1");
    let done = call.finish().expect_code(1);
    holds(&done.stderr_text(), &["web-1: ", "unknown", "0 succeeded, 1 failed"]);
    assert_eq!(std::fs::read_to_string(ran).unwrap(), "run\n");
    wait_until("the queue is empty", || held(&site) == 0);
}
