//! Files, options, and another configuration.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::policy::Policy;
use bellwether_core::fleet::reply::Event;
use bellwether_core::fleet::request::Action;
use bellwether_core::fleet::trust::Trust;
use nix::sys::signal::Signal;

use super::support::{Caller, EVERYTHING, Node, argv, ops, sealed};

#[test]
fn after_a_reload_other_callers_may_do_other_things() {
    let node = Node::new("");
    let (caller, agent) = (Caller::of(&node), node.start());
    assert!(matches!(caller.ask(argv(&["true"])).last(), Event::Refused(_)));
    node.allow(EVERYTHING);
    let dev = SigningKey::from_seed([2; 32]).unwrap();
    node.trust(&[("ops", ops().public()), ("dev", dev.public())]);
    agent.signal(Signal::SIGHUP);
    node.wait_for_line(&agent, "was read again");
    assert!(matches!(caller.ask(argv(&["true"])).last(), Event::Done(_)));
    let ping = caller.request(Action::Ping);
    caller.send_bytes(&sealed(&dev, &ping));
    assert_eq!(caller.replies(&ping).len(), 1);
    // A file that is wrong changes nothing.
    node.allow("[[allow]]\ncallers = 'ops'\n");
    agent.signal(Signal::SIGHUP);
    node.wait_for_line(&agent, "stays as it was");
    assert!(matches!(caller.ask(argv(&["true"])).last(), Event::Done(_)));
    drop(agent);
}

#[test]
fn key_journal_and_account_are_the_agents_alone_and_two_agents_do_not_share_them() {
    let node = Node::new(EVERYTHING);
    let (caller, agent) = (Caller::of(&node), node.start());
    caller.ask(argv(&["true"]));
    for name in ["key", "journal", "audit.log"] {
        let path = node.sandbox.state().join("bellwether/agent").join(name);
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600, "{name}");
    }
    let second = node.run(&[]).finish().expect_code(69);
    assert!(second.stderr_text().contains("another agent runs"), "{}", second.stderr_text());
    drop(agent);
}

#[test]
fn rules_that_others_could_write_or_that_are_wrong_keep_it_from_starting() {
    let node = Node::new("[[allow]]\ncallers = ['ops']\nactions = ['shell']\ncommands = ['id']\npatterns = ['(']\n");
    let wrong = node.run(&[]).finish().expect_code(64);
    assert!(wrong.stderr_text().contains("'(' is no regular expression"), "{}", wrong.stderr_text());
    node.allow(EVERYTHING);
    let path = node.sandbox.path().join("policy.toml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let open = node.run(&[]).finish().expect_code(69);
    assert!(open.stderr_text().contains("may be written by other users"), "{}", open.stderr_text());
}

#[test]
fn the_policy_tells_what_it_would_say() {
    let node = Node::new(
        "[[allow]]\nname = 'looks'\ncallers = ['ops']\nactions = ['argv']\ncommands = ['uptime']\nwhere = 'cpus>=1'\n",
    );
    let asked = |words: &[&str], code| {
        let done = node.run(&[&["--check-policy", "ops", "--"], words].concat()).finish().expect_code(code);
        done.stdout_text()
    };
    assert_eq!(asked(&["uptime"], 0), "allowed by 'looks'\n");
    assert_eq!(
        asked(&["reboot"], 1),
        "denied: no rule allows this argv to ops; the nearest, 'looks': it does not list this command\n"
    );
}

#[test]
fn the_policy_tells_of_lines_scripts_and_other_users_too() {
    let node = Node::new("");
    let script = node.sandbox.write("repair.sh", "#!/bin/sh\necho repaired\n");
    let other = node.sandbox.write("other.sh", "#!/bin/sh\nreboot\n");
    let digest = "06636fab417471b7393032da6401a3146e58e4a6caca11849742350fac4e6976";
    node.allow(&format!(
        "[[allow]]\nname = 'lines'\ncallers = ['ops']\nactions = ['shell']\npatterns = ['df -h']\n\
         [[allow]]\nname = 'repair'\ncallers = ['ops']\nactions = ['script']\nscripts = ['sha256:{digest}']\n\
         [[allow]]\nname = 'looks'\ncallers = ['ops']\nactions = ['argv']\ncommands = ['id']\nusers = ['nobody']\n"
    ));
    let asked = |words: &[&str], code| {
        let done = node.run(&[&["--check-policy", "ops"], words].concat()).finish().expect_code(code);
        if code == 64 { done.stderr_text() } else { done.stdout_text() }
    };
    let (script, other) = (script.to_str().unwrap(), other.to_str().unwrap());
    for (words, rule) in [
        (&["--shell", "df -h"][..], "lines"),
        (&["--script", script, "--", "--force"], "repair"),
        (&["--user", "nobody", "--", "id"], "looks"),
        (&["--as", "nobody", "--", "id"], "looks"),
    ] {
        assert_eq!(asked(words, 0), format!("allowed by '{rule}'\n"), "{words:?}");
    }
    for words in [&["--shell", "df -h; reboot"][..], &["--script", other], &["--", "id"]] {
        assert!(asked(words, 1).starts_with("denied: "), "{words:?}");
    }
    assert!(asked(&[], 64).contains("nothing is given to be run"));
    assert!(asked(&["--script", "missing"], 64).contains("missing"));
}

/// The blocks of the page in a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let begin = format!("```{language}\n");
    let parts = page.split(&begin).skip(1);
    parts.map(|part| part.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_files_of_the_page_are_read_and_every_key_is_told() {
    let page = crate::support::page("agent.md");
    let [callers, policy] = &blocks(&page, "toml")[..] else { panic!("two files") };
    assert_eq!(Trust::parse(callers).unwrap().len(), 3);
    assert_eq!(Policy::parse(policy).unwrap().len(), 2);
    let node = Node::new("");
    node.set("BELLWETHER_NO_SUCH_KEY", "x");
    let told = node.run(&[]).finish().expect_code(64).stderr_text();
    let keys = told.split("known keys: ").nth(1).unwrap().trim().split(", ");
    let ours: Vec<&str> = keys.filter(|key| key.starts_with("agent.")).collect();
    assert!(ours.len() > 10, "{told}");
    let rows: Vec<String> = crate::support::table(&page, "Options").into_iter().map(|row| row[0].clone()).collect();
    for key in ours {
        assert!(rows.contains(&format!("`{key}`")), "{key} is not in the table of the page");
    }
}

#[test]
fn the_configuration_in_the_package_is_accepted_when_its_comments_are_taken_away() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging/bellwether.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let section = &text[text.find("[fleet]").unwrap()..];
    let section: String =
        section.lines().map(|line| line.strip_prefix('#').unwrap_or(line).to_owned() + "\n").collect();
    let node = Node::new("");
    node.sandbox.write("home/.config/bellwether.toml", section);
    let asked = node.run(&["--check-policy", "ops", "--", "id"]).finish().expect_code(1);
    assert_eq!(asked.stdout_text(), "denied: no rule allows anything to ops\n", "{}", asked.stderr_text());
}

#[test]
fn health_and_metrics_tell_what_happened() {
    let node = Node::new(EVERYTHING);
    node.set("BELLWETHER_AGENT_HEALTH_LISTEN", "127.0.0.1:0");
    let (caller, agent) = (Caller::of(&node), node.start());
    node.wait_for_line(&agent, "health and metrics are at http://");
    let log = String::from_utf8_lossy(&agent.stderr_so_far()).into_owned();
    let address = log.split("are at http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
    caller.ask(argv(&["false"]));
    caller.send_bytes(b"garbage");
    caller.nothing_but_a_ping_is_answered();
    assert!(asked_for(&address, "/").starts_with("HTTP/1.1 200 OK"), "the transport works");
    let metrics = asked_for(&address, "/metrics");
    for line in [
        "bellwether_agent_healthy 1",
        "bellwether_agent_ended_total{outcome=\"failed\"} 1",
        "bellwether_agent_ignored_total{why=\"malformed\"} 1",
        "bellwether_agent_answered_total 1",
        "bellwether_agent_callers 1",
    ] {
        assert!(metrics.lines().any(|told| told == line), "{line} is missing in\n{metrics}");
    }
    drop(agent);
}

/// What is answered to a question for health or metrics.
pub(super) fn asked_for(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
