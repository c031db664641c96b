//! Killed in the middle.

use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::netns::private_network;

use super::support::{Node, killed, lets_in, listen, log, until, until_logged};

#[test]
fn what_was_done_is_not_done_again_and_the_rest_is() {
    private_network(|| {
        let node = Node::new();
        node.script("draining", "10-first", "echo first >> $HOME/ran");
        let reactions = ["--source", "clonesquad", "--on", "draining=hooks, settle 2s, webhook, settle 1ms"];
        let server = Server::start("127.0.0.1:0", |_| Reply::text(200, "ok"));
        let start = || node.run(&reactions).env("BELLWETHER_WATCH_WEBHOOK", server.url()).start();
        node.squad.set_state("draining");
        let watch = start();
        until_logged(&watch, "draining: settle 2.0s begins");
        killed(watch);
        assert_eq!(node.ran(), ["first", "draining"]);
        let watch = start();
        until_logged(&watch, "draining: reactions go on where they were");
        node.settled_in(&watch, "draining");
        assert!(!log(&watch).contains("draining: hooks begins"), "{}", log(&watch));
        assert_eq!((node.ran().len(), server.requests().len()), (2, 1), "{}", log(&watch));
    });
}

#[test]
fn a_script_that_was_cut_off_is_run_again() {
    private_network(|| {
        let node = Node::new();
        node.script("draining", "60-slow", "echo slow >> $HOME/ran; test -e $HOME/go || sleep 20");
        node.squad.set_state("draining");
        let watch = node.watch("clonesquad", &[]);
        until(&watch, "the slow script runs", || node.ran() == ["draining", "slow"]);
        killed(watch);
        node.sandbox.write("home/go", "");
        let watch = node.watch("clonesquad", &[]);
        node.settled_in(&watch, "draining");
        assert_eq!(node.ran(), ["draining", "slow", "draining", "slow"]);
    });
}

#[test]
fn a_block_survives_a_crash_and_is_removed_when_the_node_is_back_meanwhile() {
    private_network(|| {
        let node = Node::new();
        let (_listener, address) = listen("127.0.0.1:0");
        let port = address.port().to_string();
        let arguments = ["--ports", &port, "--on", "draining=block-ports, settle 1h"];
        node.squad.set_state("draining");
        let watch = node.watch("clonesquad", &arguments);
        until_logged(&watch, "settle 1h 0m begins");
        killed(watch);
        assert!(!lets_in(address), "nobody has removed it");
        let watch = node.watch("clonesquad", &arguments);
        until_logged(&watch, "settle 1h 0m begins");
        assert!(!lets_in(address));
        killed(watch);
        node.squad.set_state("running");
        let watch = node.watch("clonesquad", &arguments);
        node.settled_in(&watch, "running");
        until(&watch, "connections are let in again", || lets_in(address));
        assert_eq!(node.ran(), ["running draining"]);
    });
}

#[test]
fn a_damaged_memory_is_told_and_never_guessed_at() {
    private_network(|| {
        let node = Node::new();
        let watch = node.watch("clonesquad", &[]);
        node.settled_in(&watch, "running");
        let second = node.run(&["--source", "clonesquad"]).finish().expect_code(69);
        assert!(second.stderr_text().contains("another watch on this host uses"), "{}", second.stderr_text());
        killed(watch);
        node.sandbox.write("state/bellwether/watch.json", "{\"format\":1,");
        let refused = node.run(&["--source", "clonesquad"]).finish().expect_code(69);
        assert!(refused.stderr_text().contains("watch.json: the saved state is damaged"), "{}", refused.stderr_text());
        node.sandbox.write("state/bellwether/watch.json", "{\"format\":9}");
        let refused = node.run(&["--source", "clonesquad"]).finish().expect_code(69);
        assert!(refused.stderr_text().contains("has format 9"), "{}", refused.stderr_text());
    });
}

#[test]
fn what_was_cut_off_is_not_gone_on_with_when_the_node_is_back_meanwhile() {
    private_network(|| {
        let node = Node::new();
        node.squad.set_state("draining");
        let arguments = ["--on", "draining=settle 1h, hooks"];
        let watch = node.watch("clonesquad", &arguments);
        until_logged(&watch, "settle 1h 0m begins");
        killed(watch);
        node.squad.set_state("running");
        let watch = node.watch("clonesquad", &arguments);
        node.settled_in(&watch, "running");
        assert!(!log(&watch).contains("settle"), "{}", log(&watch));
        assert_eq!(node.ran(), ["running draining"]);
    });
}
