//! Two programs that would both block ports of one node.

use bellwether_testkit::netns::private_network;
use bellwether_testkit::process::Running;
use nix::sys::signal::Signal;

use super::support::{Node, killed, lets_in, listen, log, until, until_logged};
use crate::support::bellwether;

/// `cs-instance-watcher` on the same node.
fn old_name(node: &Node, arguments: &[&str]) -> Running {
    let run = node.sandbox.run(bellwether()).args(["cs-instance-watcher", "--api-polling-period", "1"]).args(arguments);
    node.squad.environment().into_iter().fold(run, |run, (name, value)| run.env(name, value)).start()
}

const PORTS: &str = "--on-draining-block-new-connections-to-ports";
const BLOCK: [&str; 2] = ["--on", "draining=block-ports"];

#[test]
fn who_comes_second_does_not_start_and_says_who_was_first() {
    private_network(|| {
        let node = Node::new();
        let watch = node.watch("clonesquad", &[&BLOCK[..], &["--ports", "80"]].concat());
        node.settled_in(&watch, "running");
        let refused = old_name(&node, &[PORTS, "80"]);
        let first = format!("bellwether watch (process {}) blocks ports on this host already", watch.pid());
        let refused = refused.finish().expect_code(1).stderr_text();
        assert!(refused.contains(&first) && refused.contains("stop it"), "{refused}");
        watch.signal(Signal::SIGTERM);
        watch.finish().expect_code(0);
        let old = old_name(&node, &[PORTS, "80"]);
        until_logged(&old, "the state is running");
        let arguments = ["--source", "clonesquad", "--ports", "80"];
        let refused = node.run(&[&arguments[..], &BLOCK].concat()).finish().expect_code(69).stderr_text();
        let first = format!("cs-instance-watcher (process {}) blocks ports on this host already", old.pid());
        assert!(refused.contains(&first), "{refused}");
    });
}

#[test]
fn who_has_no_ports_leaves_those_of_the_other_alone() {
    private_network(|| {
        let node = Node::new();
        let (_listener, address) = listen("127.0.0.1:0");
        let port = address.port().to_string();
        node.squad.set_state("draining");
        let watch = node.watch("clonesquad", &[&BLOCK[..], &["--ports", &port]].concat());
        until(&watch, "the port is closed", || !lets_in(address));
        let old = old_name(&node, &[]);
        until_logged(&old, "the state is draining");
        let asked = node.squad.requests().len();
        // Of the next six answers the watch gets three or so, and cs-instance-watcher as many.
        until(&old, "both have asked again", || node.squad.requests().len() >= asked + 6);
        assert!(!lets_in(address), "{}", log(&old));
        killed(watch);
        let next = node.watch("clonesquad", &[&BLOCK[..], &["--ports", &port]].concat());
        until_logged(&next, "watching clonesquad");
        assert!(!lets_in(address));
    });
}

#[test]
fn a_configuration_with_ports_is_not_taken_while_another_program_blocks_ports() {
    private_network(|| {
        let node = Node::new();
        let (_listener, address) = listen("127.0.0.1:0");
        let configure = |text: &str| drop(node.sandbox.write("home/.config/bellwether.toml", text));
        let with_ports =
            format!("[watch]\nsources = 'clonesquad'\non_draining = 'block-ports'\nports = '{}'\n", address.port());
        configure("[watch]\nsources = 'clonesquad'\n");
        let watch = node.run(&[]).start();
        node.settled_in(&watch, "running");
        let old = old_name(&node, &[PORTS, "80"]);
        until_logged(&old, "the state is running");
        configure(&with_ports);
        watch.signal(Signal::SIGHUP);
        until_logged(&watch, "the configuration stays as it was: cs-instance-watcher (process ");
        old.signal(Signal::SIGTERM);
        old.finish().expect_code(0);
        watch.signal(Signal::SIGHUP);
        until_logged(&watch, "the configuration was read again");
        node.squad.set_state("draining");
        until(&watch, "the port is closed", || !lets_in(address));
        configure("[watch]\nsources = 'clonesquad'\n");
        watch.signal(Signal::SIGHUP);
        until(&watch, "the ports are given up", || {
            log(&watch).matches("the configuration was read again").count() == 2
        });
        assert!(lets_in(address));
        let old = old_name(&node, &[PORTS, "80"]);
        until_logged(&old, "new connections to ports 80 are refused");
    });
}
