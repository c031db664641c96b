//! `--once` and `--dry-run`.

use bellwether_testkit::imds::Fault;
use bellwether_testkit::netns::private_network;

use super::support::{Node, lets_in, listen};

#[test]
fn once_does_what_follows_and_ends_with_a_status() {
    private_network(|| {
        let node = Node::new();
        let once = || node.run(&["--source", "clonesquad,imds", "--once"]).finish();
        once().expect_code(0);
        assert_eq!(node.state(), "running");
        node.squad.set_state("draining");
        once().expect_code(0);
        once().expect_code(0);
        assert_eq!(node.ran(), ["draining running"], "acted on once");
        node.script("stopping", "10-fails", "exit 1");
        node.squad.set_state("stopping");
        once().expect_code(1);
        node.squad.imds().misbehave(Fault::Always(503));
        node.run(&["--source", "imds", "--once"]).finish().expect_code(69);
    });
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    private_network(|| {
        let node = Node::new();
        let (_listener, address) = listen("127.0.0.1:0");
        let port = address.port().to_string();
        node.squad.set_state("draining");
        let on = "draining=block-ports, settle 15s, deregister, hooks";
        let arguments = ["--source", "clonesquad", "--ports", &port, "--on", on, "--dry-run"];
        let done = node.run(&arguments).finish().expect_code(0);
        let text = done.stdout_text();
        for part in [
            "clonesquad: draining (draining)\n".to_owned(),
            "this node is draining, says clonesquad: draining".to_owned(),
            format!("would do for draining: block-ports: ports {port} with nftables\n"),
            "would do for draining: settle 15.0s\nwould do for draining: deregister\n".to_owned(),
            "would do for draining: hooks: ".to_owned(),
        ] {
            assert!(text.contains(&part), "'{part}' is missing in {text}");
        }
        assert!(lets_in(address));
        assert!(node.ran().is_empty() && !node.sandbox.state().join("bellwether").exists());
    });
}
