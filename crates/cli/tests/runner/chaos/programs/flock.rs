//! `flock -n FILE COMMAND` of util-linux, the file in a directory that all nodes share.

use bellwether_testkit::process::Run;

use super::{Due, Program, tell};
use crate::chaos::fleet::{Fleet, Node};

pub(in crate::chaos) struct Flock<'a> {
    pub(in crate::chaos) fleet: &'a Fleet,
}

impl Program for Flock<'_> {
    fn at_tick(&self, node: &Node, due: &Due<'_>) -> Run {
        let lock = self.fleet.directory().join(due.job);
        let run = self.fleet.run("flock").arg("--nonblock").arg(lock).args(["sh", "-c", due.script]);
        tell(node.with_its_clock(run), node, due)
    }
}
