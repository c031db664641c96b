//! A shutdown that systemd was asked for.

use std::path::Path;

use bellwether_testkit::netns::private_network;

use super::support::{Node, log, until};
use crate::support::bellwether;

/// A /run of its own, where the test may write what logind writes.
const OWN_RUN: &str = "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/shutdown && exec \"$@\"";

#[test]
fn a_shutdown_that_is_near_is_a_stop_and_one_that_is_called_off_is_none() {
    private_network(|| {
        let node = Node::new();
        let hooks = node.sandbox.path().join("hooks");
        let run = node.sandbox.run("/usr/bin/unshare").args(["--mount", "/bin/sh", "-c", OWN_RUN, "sh"]);
        let run = run.arg(bellwether()).args(["watch", "--poll", "1s", "--source", "shutdown", "--hooks"]).arg(hooks);
        let watch = run.env("AWS_EC2_METADATA_DISABLED", "true").start();
        let directory = format!("/proc/{}/root/run/systemd/shutdown", watch.pid());
        until(&watch, "it watches", || log(&watch).contains("watching shutdown") && Path::new(&directory).exists());
        let scheduled = format!("{directory}/scheduled");
        std::fs::write(&scheduled, "USEC=1000000000000000\nWARN_WALL=1\nMODE=reboot\n").unwrap();
        node.settled_in(&watch, "stopping");
        assert!(log(&watch).contains("says shutdown: reboot"), "{}", log(&watch));
        std::fs::remove_file(&scheduled).unwrap();
        node.settled_in(&watch, "running");
        assert_eq!(node.ran(), ["stopping", "running stopping"]);
    });
}
