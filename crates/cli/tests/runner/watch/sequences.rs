//! From running to the end and back.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use bellwether_testkit::netns::private_network;
use nix::sys::signal::Signal;

use super::support::{Node, lets_in, listen, log, until, until_logged};

#[test]
fn a_node_drains_stops_and_comes_back() {
    private_network(|| {
        let node = Node::new();
        let (listener, v4) = listen("127.0.0.1:0");
        let (_other, open) = listen("127.0.0.1:0");
        let port = v4.port().to_string();
        let mut established = TcpStream::connect(v4).unwrap();
        let (mut accepted, _) = listener.accept().unwrap();
        let watch = node.watch("clonesquad", &["--ports", &port, "--on", "draining=block-ports, settle 100ms, hooks"]);
        node.settled_in(&watch, "running");
        assert_eq!(node.ran(), [""; 0], "to be found running is nothing to act on");
        assert!(lets_in(v4));

        node.squad.set_state("draining");
        node.settled_in(&watch, "draining");
        assert_eq!(node.ran(), ["draining running"]);
        assert!(!lets_in(v4), "new connections are refused");
        assert!(lets_in(open), "to other ports they are not");
        established.write_all(b"still here").unwrap();
        let mut heard = [0; 10];
        accepted.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"still here", "open ones live on");

        node.squad.set_state("stopping");
        node.settled_in(&watch, "stopping");
        assert!(!lets_in(v4));
        node.squad.set_state("running");
        node.settled_in(&watch, "running");
        until(&watch, "connections are let in again", || lets_in(v4));
        assert_eq!(node.ran(), ["draining running", "stopping draining", "running stopping"]);
        assert!(log(&watch).contains("draining: all reactions are done"), "{}", log(&watch));
        watch.signal(Signal::SIGTERM);
        watch.finish().expect_code(0);
    });
}

#[test]
fn a_flushed_firewall_is_mended_and_a_clean_stop_leaves_nothing_behind() {
    private_network(|| {
        let node = Node::new();
        let (_listener, address) = listen("[::1]:0");
        let port = address.port().to_string();
        node.squad.set_state("draining");
        let watch = node.watch("clonesquad", &["--ports", &port, "--on", "draining=block-ports"]);
        node.settled_in(&watch, "draining");
        assert!(!lets_in(address));
        assert!(Command::new("nft").args(["flush", "ruleset"]).status().unwrap().success());
        assert!(lets_in(address));
        until(&watch, "the block is mended", || !lets_in(address));
        until_logged(&watch, "another program had changed our rules");
        watch.signal(Signal::SIGTERM);
        watch.finish().expect_code(0);
        assert!(lets_in(address), "the block is gone with the program");

        let watch = node.watch("clonesquad", &["--ports", &port, "--on", "draining=block-ports"]);
        until(&watch, "the block is there again, since the node is still draining", || !lets_in(address));
    });
}

#[test]
fn clonesquads_own_rule_knows_of_exclusion_and_target_groups() {
    private_network(|| {
        let node = Node::new();
        let (_listener, address) = listen("127.0.0.1:0");
        let port = address.port().to_string();
        let watch = node.watch("clonesquad", &["--ports", &port, "--block", "clonesquad"]);
        node.settled_in(&watch, "running");
        assert!(lets_in(address));
        node.squad.change_metadata(|metadata| metadata["Excluded"] = true.into());
        until(&watch, "an excluded node is closed", || !lets_in(address));
        node.squad.change_metadata(|metadata| metadata["TargetGroups"]["NbOfTargetGroups"] = 1.into());
        until(&watch, "target groups drain by themselves", || lets_in(address));
        until_logged(&watch, "target groups, which drain by themselves");
    });
}

#[test]
fn a_script_that_fails_is_reported_and_the_others_run() {
    private_network(|| {
        let node = Node::new();
        node.script("draining", "10-fails", "echo no room >&2; exit 3");
        node.squad.set_state("draining");
        let watch = node.watch("clonesquad", &["--on", "draining=hooks, settle 1ms"]);
        node.settled_in(&watch, "draining");
        until_logged(&watch, "draining: all reactions were tried; 1 failed");
        for part in
            ["10-fails: no room", "10-fails ended with status 3", "draining: hooks failed: 1 of 2 scripts failed"]
        {
            assert!(log(&watch).contains(part), "'{part}' is missing in {}", log(&watch));
        }
        assert_eq!(node.ran(), ["draining"]);
    });
}

#[test]
fn a_return_ends_a_wait_and_drops_what_was_to_follow() {
    private_network(|| {
        let node = Node::new();
        let watch = node.watch("clonesquad", &["--on", "draining=settle 1h, hooks"]);
        node.settled_in(&watch, "running");
        node.squad.set_state("draining");
        until_logged(&watch, "draining: settle 1h 0m begins");
        node.squad.set_state("running");
        node.settled_in(&watch, "running");
        assert_eq!(node.ran(), ["running draining"]);
    });
}
