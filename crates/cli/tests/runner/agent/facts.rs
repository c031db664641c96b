//! What a node knows of itself, and how soon it knows it.

use std::fs;
use std::path::PathBuf;

use bellwether_core::fleet::reply::{Event, Why};
use bellwether_core::fleet::request::{Action, Request, Target};
use bellwether_testkit::script::install_program;

use super::support::{Caller, EVERYTHING, Node, argv};
use crate::exec::support::{Site, holds, sorted};
use crate::support::wait_until;

/// Runs while the node is not in production, and nobody but the facts says so.
const NOT_IN_PRODUCTION: &str = "[[allow]]\ncallers = ['ops']\nactions = ['argv']\nwhere = 'not site=prod'\n";

/// A node with a file of facts.
fn with_file(policy: &str, text: &str) -> (Node, PathBuf) {
    let node = Node::new(policy);
    let file = node.sandbox.write("facts.yaml", text);
    node.set("BELLWETHER_AGENT_FACTS_FILES", &file.to_string_lossy());
    (node, file)
}

/// A ping for the nodes that match.
fn ping(caller: &Caller, filter: &str) -> Request {
    Request { target: Target::Filter(filter.parse().unwrap()), ..caller.request(Action::Ping) }
}

fn fact(caller: &Caller, name: &str) -> Option<String> {
    match caller.ask(Action::Facts).last() {
        Event::Facts(facts) => facts.get(name).map(|fact| fact.text().into_owned()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn facts_are_told_and_filters_see_them() {
    let node = Node::new(EVERYTHING);
    let file = node.sandbox.write("facts.yaml", "role: web\nnested:\n  deep: 1\n");
    node.set("BELLWETHER_AGENT_FACTS_FILES", &file.to_string_lossy());
    let (caller, agent) = (Caller::of(&node), node.start());
    let answer = caller.ask(Action::Facts);
    let Event::Facts(facts) = answer.last() else { panic!("{:?}", answer.last()) };
    let told = |name: &str| facts.get(name).map(|fact| fact.text().into_owned());
    assert_eq!(told("role").as_deref(), Some("web"));
    assert_eq!(told("nested.deep").as_deref(), Some("1"));
    assert_eq!(told("node").as_deref(), Some("web-1"));
    assert!(told("kernel").is_some());
    let mut request = caller.request(Action::Ping);
    request.target = Target::Filter("role=web and nested.deep=1".parse().unwrap());
    caller.send(&request);
    assert_eq!(caller.replies(&request).len(), 1);
    drop(agent);
}

#[test]
fn the_next_request_after_a_change_sees_it() {
    let (node, file) = with_file(EVERYTHING, "role: web\n");
    let (caller, agent) = (Caller::of(&node), node.start());
    let mut before = "web";
    // Words of one length, as fast as they can be written.
    for role in ["cat", "dog", "cow", "owl", "bee", "web"] {
        let replacement = node.sandbox.write("replacement", format!("role: {role}\n"));
        match role {
            "dog" | "owl" => fs::rename(replacement, &file).unwrap(),
            _ => fs::write(&file, format!("role: {role}\n")).unwrap(),
        }
        caller.send(&ping(&caller, &format!("role={before}")));
        let request = ping(&caller, &format!("role={role}"));
        caller.send(&request);
        // None comes for the first one.
        assert_eq!(caller.replies(&request).len(), 1, "{role}");
        assert_eq!(fact(&caller, "role").as_deref(), Some(role));
        before = role;
    }
    drop(agent);
}

#[test]
fn a_rule_about_a_fact_follows_its_file_and_one_that_is_half_written_opens_none() {
    let (node, file) = with_file(NOT_IN_PRODUCTION, "site: test\n");
    let (caller, agent) = (Caller::of(&node), node.start());
    let is_allowed = || match caller.ask(argv(&["true"])).last() {
        Event::Done(_) => true,
        Event::Refused(refusal) if refusal.why == Why::Policy => false,
        other => panic!("{other:?}"),
    };
    assert!(is_allowed());
    fs::write(&file, "site: prod\n").unwrap();
    assert!(!is_allowed());
    fs::write(&file, "site: [pro").unwrap();
    assert!(!is_allowed());
    node.wait_for_line(&agent, "no facts from");
    assert_eq!(fact(&caller, "site").as_deref(), Some("prod"), "its last word");
    fs::remove_file(&file).unwrap();
    assert!(!is_allowed());
    fs::write(&file, "site: test\n").unwrap();
    assert!(is_allowed());
    drop(agent);
}

#[test]
fn a_program_that_is_replaced_is_run_soon_and_holds_no_request_up() {
    let (node, file) = with_file(EVERYTHING, "role: web\n");
    let programs = node.sandbox.path().join("facts.d");
    fs::create_dir(&programs).unwrap();
    node.set("BELLWETHER_AGENT_FACTS_DIRECTORY", &programs.to_string_lossy());
    install_program(&programs.join("speed"), "#!/bin/sh\necho speed=fast\n");
    let (caller, agent) = (Caller::of(&node), node.start());
    assert_eq!(fact(&caller, "speed").as_deref(), Some("fast"));
    let (begun, gate) = (node.place("begun"), node.place("gate"));
    let slow = format!("#!/bin/sh\ntouch {begun}\nwhile ! [ -e {gate} ]; do sleep 0.1; done\necho speed=slow\n");
    install_program(&programs.join("speed"), &slow);
    wait_until("the new program runs", || fs::exists(&begun).unwrap());
    fs::write(&file, "role: db\n").unwrap();
    let request = ping(&caller, "role=db and speed=fast");
    caller.send(&request);
    assert_eq!(caller.replies(&request).len(), 1);
    fs::write(&gate, "").unwrap();
    wait_until("what it told is known", || fact(&caller, "speed").as_deref() == Some("slow"));
    fs::remove_file(programs.join("speed")).unwrap();
    wait_until("it is missed", || fact(&caller, "speed").is_none());
    drop(agent);
}

#[test]
fn a_change_reaches_the_next_command_at_once_and_the_inventory_soon() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    site.sandbox.write("facts/web-1.yaml", "role: db\n");
    let done = site.end(0, &["exec", "role=db", "--", "echo", "here"]);
    assert_eq!(done.stdout_text(), "web-1: here\n", "{}", done.stderr_text());
    holds(&done.stderr_text(), &["1 succeeded"]);
    site.sandbox.write("facts/web-1.yaml", "role: cache\n");
    // Nobody asks the node for anything: it tells by itself, long before the period is over.
    wait_until("the inventory knows", || {
        site.run(&["facts", "web-1", "--json"]).finish().stdout_text().contains("\"cache\"")
    });
}

#[test]
fn who_has_just_come_to_match_is_shown_beside_those_who_were_expected() {
    let site = Site::new();
    let _agents = site.agents(&["web-1", "web-2"]);
    let seen = |number: u32| {
        let role = format!("db{number}");
        site.sandbox.write("facts/web-1.yaml", format!("role: {role}\n"));
        wait_until("the inventory knows", || {
            site.run(&["facts", "web-1", "--json"]).finish().stdout_text().contains(&format!("\"{role}\""))
        });
        site.sandbox.write("facts/web-2.yaml", format!("role: {role}\n"));
        let done = site.end(0, &["exec", &format!("role={role}"), "--", "echo", "here"]);
        sorted(&done.stdout_text()) == ["web-1: here", "web-2: here"]
    };
    // A machine that is busy may be too slow once for how long a call waits, and hardly every time.
    assert!((0..5).any(seen), "a node did something, and its caller was not told");
}
