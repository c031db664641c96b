//! What is not done, and who is told.

use std::time::Duration;

use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::reply::{Event, Why};
use bellwether_core::fleet::request::{Action, Request, Target};
use jiff::SignedDuration;
use nix::sys::signal::Signal;

use super::support::{Caller, EVERYTHING, Node, ops, run, sealed, shell};
use bellwether_core::fleet::request::Command;

/// A node whose commands leave a line, and somebody who may run them.
fn world() -> (Node, Caller) {
    let node = Node::new(EVERYTHING);
    let caller = Caller::of(&node);
    (node, caller)
}

fn leave_a_line(node: &Node) -> Action {
    shell(&format!("echo ran >> {}", node.place("ran")))
}

#[test]
fn nobody_is_told_anything_of_what_is_not_signed_by_a_trusted_caller_or_not_for_this_node() {
    let (node, caller) = world();
    let agent = node.start();
    let request = || caller.request(leave_a_line(&node));

    caller.send_bytes(&sealed(&SigningKey::from_seed([9; 32]).unwrap(), &request()));
    let mut changed = String::from_utf8(sealed(&ops(), &request())).unwrap();
    changed = changed.replace("echo ran", "echo run");
    caller.send_bytes(changed.as_bytes());
    caller.send_bytes(b"garbage");
    caller.send(&Request { env: "elsewhere".parse().unwrap(), ..request() });
    caller.send(&Request { target: Target::Filter("role=db".parse().unwrap()), ..request() });
    caller.send(&Request { target: Target::Nodes(Vec::new()), ..request() });
    let unknown = request().encode().unwrap().replace("\"shell\"", "\"dance\"");
    caller.send_bytes(&Envelope::seal(&ops(), unknown).unwrap());

    caller.nothing_but_a_ping_is_answered();
    assert_eq!(node.left_at("ran"), "");
    for why in
        ["knows its key", "signature is wrong", "malformed", "environment elsewhere", "other nodes", "no request that"]
    {
        node.wait_for_audit(&["\"decision\":\"ignore\"", why]);
    }
    let unknown = format!("the key {}", SigningKey::from_seed([9; 32]).unwrap().public());
    for told in [
        &format!(
            "(unknown_key, number 1): nobody here knows its key; it claims to be of {unknown}; 'bellwether keys trust'"
        ),
        "(bad_signature, number 1): its signature is wrong",
        "(malformed, number 1): it is malformed",
        "(malformed, number 2): it is no request that this release understands",
        "; it was signed by ops",
    ] {
        node.wait_for_line(&agent, told);
    }
    // What is for others is no news.
    let log = String::from_utf8_lossy(&agent.stderr_so_far()).into_owned();
    assert!(!log.contains("other_environment") && !log.contains("not_target"), "{log}");
    drop(agent);
}

#[test]
fn what_comes_too_late_too_early_or_is_not_allowed_is_refused_with_a_reason() {
    let node = Node::new("[[allow]]\ncallers = ['ops']\nactions = ['argv']\ncommands = ['true']\nusers = ['*']\n");
    let caller = Caller::of(&node);
    let agent = node.start();
    let refused = |request: &Request| {
        caller.send(request);
        let replies = caller.replies(request);
        match &replies[..] {
            [reply] => match &reply.event {
                Event::Refused(refusal) => (refusal.why, refusal.detail.clone()),
                other => panic!("{other:?}"),
            },
            several => panic!("{several:?}"),
        }
    };
    let mut late = caller.request(Action::Ping);
    late.issued -= SignedDuration::from_secs(61);
    assert_eq!(refused(&late).0, Why::Expired);
    let mut early = caller.request(Action::Ping);
    early.issued += SignedDuration::from_secs(60);
    assert_eq!(refused(&early).0, Why::Expired);
    let (why, detail) = refused(&caller.request(leave_a_line(&node)));
    assert_eq!(why, Why::Policy);
    assert!(detail.contains("no rule allows this shell to ops"), "{detail}");
    let mut user = run(Command::Argv(vec!["true".to_owned()]));
    user.user = Some("no-such-user".to_owned());
    assert_eq!(refused(&caller.request(Action::Run(Box::new(user)))).0, Why::Impossible);
    assert_eq!(node.left_at("ran"), "");
    node.wait_for_audit(&["\"decision\":\"refuse\"", "\"action\":\"shell\"", "echo ran"]);
    drop(agent);
}

#[test]
fn a_request_runs_once_however_often_it_comes_also_after_a_restart() {
    let (node, caller) = world();
    let agent = node.start();
    let request = caller.request(leave_a_line(&node));
    caller.send(&request);
    caller.replies(&request);
    caller.send(&request);
    caller.nothing_but_a_ping_is_answered();
    agent.signal(Signal::SIGTERM);
    agent.finish().expect_code(0);

    let agent = node.start();
    caller.send(&request);
    caller.nothing_but_a_ping_is_answered();
    assert_eq!(node.left_at("ran"), "ran\n");
    node.wait_for_audit(&["dealt with before", "\"caller\":\"ops\""]);
    drop(agent);
}

#[test]
fn ten_thousand_malformed_messages_leave_it_answering() {
    let (node, caller) = world();
    let agent = node.start();
    for number in 0..10_000_u32 {
        caller.send_bytes(format!("{{\"v\":1,\"key\":\"{number}\",\"sig\":\"\",\"body\":\"\"}}").as_bytes());
        if number % 1_000 == 0 {
            caller.nothing_but_a_ping_is_answered();
        }
    }
    caller.nothing_but_a_ping_is_answered();
    let told = node.audit().matches("\"decision\":\"ignore\"").count();
    assert!((1..=1_000).contains(&told), "{told} lines");
    let log = String::from_utf8_lossy(&agent.stderr_so_far()).into_owned();
    let logged = log.lines().filter(|line| line.contains("a message was ignored (malformed, ")).count();
    assert!((10..=40).contains(&logged), "{logged} lines in\n{log}");
    assert!(log.contains("(malformed, number 8192): it is malformed: "), "{log}");
    assert!(caller.next(Duration::from_millis(50)).is_none());
    drop(agent);
}

#[test]
fn no_more_commands_run_at_a_time_than_may() {
    let (node, caller) = world();
    node.set("BELLWETHER_AGENT_COMMANDS", "1");
    let agent = node.start();
    let gate = node.place("gate");
    let first = caller.request(shell(&format!("echo up; while ! [ -e {gate} ]; do sleep 0.05; done")));
    caller.send(&first);
    caller.wait_for_output(&first);
    let second = caller.ask(leave_a_line(&node));
    assert!(matches!(second.last(), Event::Refused(refusal) if refusal.why == Why::Busy), "{:?}", second.last());
    // Pings are answered meanwhile.
    caller.nothing_but_a_ping_is_answered();
    std::fs::write(gate, "").unwrap();
    assert!(caller.replies(&first).last().unwrap().event.is_last());
    assert_eq!(node.left_at("ran"), "");
    drop(agent);
}
