//! What is told on disks that take no more, and of floods that would fill them.

use std::net::TcpStream;
use std::path::Path;

use bellwether_core::fleet::reply::{Event, Outcome, Why};
use bellwether_core::fleet::request::{Action, Command};
use bellwether_testkit::disk::SmallDisk;
use bellwether_testkit::process::Running;
use nix::sys::signal::Signal;

use super::configuration::asked_for;
use super::support::{Answer, Caller, EVERYTHING, Node, log, run, shell};

/// So many commands fill what is left of a page of the file system.
const MANY: usize = 100;

fn leave_a_line(node: &Node) -> Action {
    shell(&format!("echo ran >> {}", node.place("ran")))
}

/// An agent that tells how it is, and where.
fn start(node: &Node) -> (Running, String) {
    node.set("BELLWETHER_AGENT_HEALTH_LISTEN", "127.0.0.1:0");
    let agent = node.start();
    node.wait_for_line(&agent, "health and metrics are at http://");
    let told = log(&agent);
    let address = told.split("are at http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    (agent, address)
}

/// Why a command was refused; none when it ran.
fn refusal(answer: &Answer) -> Option<String> {
    match answer.last() {
        Event::Refused(refusal) => {
            assert_eq!(refusal.why, Why::Impossible, "{refusal:?}");
            Some(refusal.detail.clone())
        }
        last => {
            assert!(matches!(last, Event::Done(done) if done.outcome == Outcome::Exited(0)), "{last:?}");
            None
        }
    }
}

/// Asks for commands until one is refused, and for two more; why, when it ran as often as it was not refused.
fn refused_on_a_full_disk(node: &Node, caller: &Caller) -> String {
    let mut refused = Vec::new();
    let mut asked = 0;
    while refused.len() < 3 {
        assert!(asked < MANY, "the disk is full, and everything runs");
        asked += 1;
        refused.extend(refusal(&caller.ask(leave_a_line(node))));
    }
    assert_eq!(node.left_at("ran").lines().count(), asked - refused.len(), "what was refused was not run");
    refused.remove(0)
}

fn runs_again(node: &Node, caller: &Caller) {
    let before = node.left_at("ran").lines().count();
    assert_eq!(refusal(&caller.ask(leave_a_line(node))), None);
    assert_eq!(node.left_at("ran").lines().count(), before + 1);
}

fn metric(address: &str, name: &str) -> u64 {
    let metrics = asked_for(address, "/metrics");
    let line = metrics.lines().find_map(|line| line.strip_prefix(&format!("bellwether_agent_{name} ")));
    line.unwrap_or_else(|| panic!("no {name} in\n{metrics}")).parse().unwrap()
}

#[test]
fn a_command_of_which_the_account_cannot_be_told_is_not_run_and_that_is_no_health() {
    let (node, disk) = (Node::new(EVERYTHING), SmallDisk::mount("1m"));
    let path = disk.path("audit.log");
    node.set("BELLWETHER_AGENT_AUDIT", path.to_str().unwrap());
    let caller = Caller::of(&node);
    let (agent, address) = start(&node);
    disk.fill();
    let why = refused_on_a_full_disk(&node, &caller);
    assert!(why.contains("cannot write its account") && why.contains("No space left"), "{why}");
    caller.nothing_but_a_ping_is_answered();
    let health = asked_for(&address, "/");
    assert!(health.starts_with("HTTP/1.1 503") && health.contains("account cannot be written: No space"), "{health}");
    assert!(metric(&address, "account_failures_total") >= 3);
    assert_eq!(metric(&address, "refused_total{why=\"impossible\"}"), 3);
    disk.free();
    runs_again(&node, &caller);
    assert!(asked_for(&address, "/").starts_with("HTTP/1.1 200"));
    let told = log(&agent);
    assert_eq!(told.matches("the account of decisions cannot be written").count(), 1, "{told}");
    let account = std::fs::read_to_string(&path).unwrap();
    assert!(account.contains("lines are missing here"), "{account}");
    drop(agent);
}

#[test]
fn a_command_that_the_journal_cannot_take_is_not_run_and_it_is_told_once() {
    let (node, disk) = (Node::new(EVERYTHING), SmallDisk::mount("1m"));
    node.set("XDG_STATE_HOME", disk.root().to_str().unwrap());
    let account = node.place("audit.log");
    node.set("BELLWETHER_AGENT_AUDIT", &account);
    let caller = Caller::of(&node);
    let (agent, address) = start(&node);
    disk.fill();
    let why = refused_on_a_full_disk(&node, &caller);
    assert!(why.contains("cannot write its journal") && why.contains("No space left"), "{why}");
    assert_eq!(metric(&address, "refused_total{why=\"impossible\"}"), 3);
    let text = std::fs::read_to_string(&account).unwrap();
    let lines = |decision: &str| text.matches(&format!("\"decision\":\"{decision}\"")).count();
    assert_eq!(lines("refuse"), 3, "{text}");
    assert_eq!(lines("run"), node.left_at("ran").lines().count(), "what did not run is not told to have\n{text}");
    disk.free();
    runs_again(&node, &caller);
    let told = log(&agent);
    assert_eq!(told.matches("journal cannot be").count(), 1, "{told}");
    assert!(told.contains("the journal can be written again"), "{told}");
    drop(agent);
}

#[test]
fn a_refusal_after_the_admission_is_counted_and_no_run_is_told() {
    let node = Node::new(EVERYTHING);
    let caller = Caller::of(&node);
    let (agent, address) = start(&node);
    let mut nobody = run(Command::Argv(vec!["true".to_owned()]));
    nobody.user = Some("no-such-user".to_owned());
    assert!(refusal(&caller.ask(Action::Run(Box::new(nobody)))).is_some());
    assert_eq!(metric(&address, "refused_total{why=\"impossible\"}"), 1);
    assert_eq!(metric(&address, "let_in_total"), 0);
    let text = node.audit();
    assert!(text.contains("\"decision\":\"refuse\"") && !text.contains("\"decision\":\"run\""), "{text}");
    drop(agent);
}

#[test]
fn a_key_without_any_right_fills_neither_account_nor_log_nor_journal() {
    let node = Node::new("");
    let (caller, agent) = (Caller::of(&node), node.start());
    for _ in 0..1_000 {
        let answer = caller.ask(leave_a_line(&node));
        assert!(matches!(answer.last(), Event::Refused(refusal) if refusal.why == Why::Policy), "{:?}", answer.last());
    }
    agent.signal(Signal::SIGTERM);
    let ended = agent.finish().expect_code(0);
    let text = node.audit();
    // A window for each minute that a slow machine takes.
    let told = text.matches("\"decision\":\"refuse\"").count();
    assert!((100..=500).contains(&told), "{told} lines");
    assert!(text.contains(" more requests were refused"), "{text}");
    assert!(ended.stderr_text().lines().count() < 50, "{}", ended.stderr_text());
    let journal = node.sandbox.state().join("bellwether/agent/journal");
    assert!(size_of(&journal) < 1_000, "{} bytes", size_of(&journal));
}

fn size_of(path: &Path) -> u64 {
    path.metadata().unwrap().len()
}
