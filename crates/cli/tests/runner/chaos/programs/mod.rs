//! Who is put to the test: what stands in the crontab of every node.

pub(super) mod bellwether;
pub(super) mod clustercron;
pub(super) mod etcdctl;
pub(super) mod flock;

use std::path::PathBuf;
use std::time::Duration;

use bellwether_testkit::process::Run;
use serde_json::Value;

use super::fleet::Node;
use super::time;

/// How long anything may take: a peer that is cut off may wait a minute for an answer.
const PATIENCE: Duration = Duration::from_secs(300);

/// One line of a crontab at the moment when it is due.
pub(super) struct Due<'a> {
    /// Names the lock, or the job.
    pub(super) job: &'a str,
    /// The shell script that is to be run once.
    pub(super) script: &'a str,
    /// The directory it runs in.
    pub(super) directory: PathBuf,
    /// The true second in which cron starts it, since 1970.
    pub(super) second: u64,
    /// How far through the storm that is, from 0 to 1.
    pub(super) progress: f64,
}

/// A program that runs a job on one node of several.
pub(super) trait Program: Sync {
    /// What a node's cron starts at every tick.
    fn at_tick(&self, node: &Node, due: &Due<'_>) -> Run;

    /// How many seconds there are between two ticks.
    fn every(&self) -> u64 {
        1
    }

    /// What is started on two nodes, of which the other takes over when the one that runs the command is struck. None
    /// when it has no such way.
    fn taking_over(&self, _node: &Node, _due: &Due<'_>) -> Option<Run> {
        None
    }

    /// When cron ends what it has started.
    fn patience(&self) -> Option<Duration> {
        None
    }

    /// The past runs of a job as the program tells them; none when it keeps none.
    fn history(&self, _job: &str) -> Option<Vec<Value>> {
        None
    }
}

/// Tells a peer's command what bellwether tells its own. Peers know no ticks: theirs is the second in which cron
/// started them.
fn tell(run: Run, node: &Node, due: &Due<'_>) -> Run {
    let id = format!("{}-{}-{}", due.job, node.name(), due.second);
    run.env("BELLWETHER_TICK", time::label(due.second))
        .env("BELLWETHER_RUN_ID", id)
        .env("BELLWETHER_ATTEMPT", "1")
        .env("BELLWETHER_FENCE", "0")
        .env("BELLWETHER_NODE", node.name())
        .directory(&due.directory)
        .deadline(PATIENCE)
}
