//! Who is believed: callers by agents, agents by callers.

use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::reply::Event;
use nix::sys::signal::Signal;

use super::impostor;
use super::support::{Site, crash, holds};
use crate::support::wait_until;

#[test]
fn nobody_answers_in_another_nodes_name() {
    let site = Site::new();
    let agent = site.agent("web-1");
    crash(agent);
    impostor::answer(&site.env, "web-1", 7, vec![Event::Pong]);
    let done = site.end(2, &["ping", "--wait", "2s"]);
    holds(&done.stdout_text(), &["web-1  silent", "0 of 1 answered"]);
    holds(&done.stderr_text(), &["node 'web-1' has another key than before", "bellwether keys forget web-1"]);
}

#[test]
fn a_node_that_was_made_anew_is_believed_after_its_old_key_is_forgotten() {
    let site = Site::new();
    crash(site.agent("web-1"));
    std::fs::remove_dir_all(site.state_of("web-1")).unwrap();
    let agent = site.start("web-1");
    let served = || String::from_utf8_lossy(&agent.stderr_so_far()).contains("serving as web-1");
    wait_until("the agent serves", served);
    let mut told = String::new();
    wait_until("its new record is seen", || {
        site.run(&["facts"]).finish().stderr_text().contains("has another key than before")
    });
    told.push_str(&site.end(2, &["ping", "--nodes", "web-1", "--wait", "2s"]).stderr_text());
    holds(&told, &["a reply is not believed", "has another key than before"]);
    site.end(0, &["keys", "forget", "web-1"]);
    site.end(0, &["ping"]);
}

#[test]
fn the_strict_believe_no_node_that_was_not_pinned() {
    let site = Site::new().with([("BELLWETHER_FLEET_STRICT".to_owned(), "true".to_owned())]);
    let agent = site.start("web-1");
    let log = || String::from_utf8_lossy(&agent.stderr_so_far()).into_owned();
    wait_until("the agent serves", || log().contains("the key of this node is "));
    wait_until("its record is seen", || site.run(&["facts"]).finish().stderr_text().contains("is not known"));
    let done = site.end(2, &["ping", "--wait", "2s"]);
    holds(&done.stderr_text(), &["node 'web-1' is not known", "bellwether keys pin web-1"]);
    assert_eq!(done.stdout_text(), "no node answered, and none is known that should\n");
    let log = log();
    let key = log.split("the key of this node is ").nth(1).unwrap().split_whitespace().next().unwrap();
    site.end(0, &["keys", "pin", "web-1", key]);
    holds(&site.end(0, &["ping"]).stdout_text(), &["1 of 1 answered"]);
}

#[test]
fn noise_is_warned_of_and_does_not_fill_the_terminal() {
    let site = Site::new();
    let _agent = site.agent("web-1");
    let unsigned =
        Envelope::seal(&SigningKey::from_seed([3; 32]).unwrap(), "{\"kind\":\"\\u001b\"}".to_owned()).unwrap();
    impostor::babble(&site.env, [vec![b"noise".to_vec(); 200], vec![unsigned; 100]].concat());
    let done = site.end(0, &["exec", "--all", "--shell", "sleep 2; echo fine"]);
    assert_eq!(done.stdout_text(), "web-1: fine\n");
    let told = done.stderr_text();
    assert_eq!(told.matches("a reply is not believed").count(), 20, "{told}");
    holds(&told, &["280 more were not believed"]);
    assert!(!told.contains('\x1b'), "{told:?}");
}

#[test]
fn a_caller_whom_nobody_trusts_or_no_longer_does_is_not_answered() {
    let site = Site::new();
    let agent = site.agent("web-1");
    site.end(0, &["keys", "revoke", "ops"]);
    agent.signal(Signal::SIGHUP);
    wait_until("the agent knows it", || site.run(&["ping", "--wait", "1s"]).finish().code == Some(2));
    let mark = site.sandbox.path().join("mark");
    let done = site.end(2, &["exec", "--all", "--wait", "2s", "--", "touch", mark.to_str().unwrap()]);
    holds(&done.stderr_text(), &["did not answer: web-1"]);
    assert!(!mark.exists());
}
