//! `etcdctl lock NAME COMMAND`. Its lock has a time to live of 3 s, like the lease of the others.
//!
//! Every second the lock has the name of that second, and cron gives up waiting for it after 0.9 s, as
//! `timeout 0.9 etcdctl lock ...` does: without an end, the nodes would queue for ever. A command that got the lock at
//! once has ended by then.

use std::time::Duration;

use bellwether_testkit::process::Run;

use super::{Due, Program, tell};
use crate::chaos::fleet::{Fleet, Node};

pub(in crate::chaos) struct Etcdctl<'a> {
    pub(in crate::chaos) fleet: &'a Fleet,
    /// Where the server is.
    pub(in crate::chaos) endpoint: &'a str,
}

impl Etcdctl<'_> {
    fn lock(&self, name: &str, node: &Node, due: &Due<'_>) -> Run {
        let run = self.fleet.run("etcdctl").env("ETCDCTL_API", "3").args(["--endpoints", self.endpoint]);
        let run = run.args(["lock", "--ttl", "3", name, "--", "sh", "-c", due.script]);
        tell(node.with_its_clock(run), node, due)
    }
}

impl Program for Etcdctl<'_> {
    fn at_tick(&self, node: &Node, due: &Due<'_>) -> Run {
        self.lock(&format!("{}-{}", due.job, due.second), node, due)
    }

    fn taking_over(&self, node: &Node, due: &Due<'_>) -> Option<Run> {
        Some(self.lock(due.job, node, due))
    }

    fn patience(&self) -> Option<Duration> {
        Some(Duration::from_millis(900))
    }
}
