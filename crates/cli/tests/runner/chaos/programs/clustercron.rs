//! `clustercron elb NAME COMMAND`, release 1.0.1, on instances behind a classic load balancer.
//!
//! In the middle third, two of the five nodes are told that the other three are out of service, as happens while
//! health is changing: the answers come from another AWS.

use std::path::PathBuf;
use std::time::Duration;

use bellwether_testkit::bridge::HUB;
use bellwether_testkit::fake_elb::FakeAws;
use bellwether_testkit::imds::{FakeImds, REAL_ADDRESS};
use bellwether_testkit::process::Run;
use bellwether_testkit::python::venv;

use super::{Due, Program, tell};
use crate::chaos::fleet::{Fleet, NODES, Node};

/// The first node that is told otherwise.
const DIVERGING: usize = 3;

pub(in crate::chaos) struct Clustercron<'a> {
    fleet: &'a Fleet,
    script: PathBuf,
    /// What all see, and what some see for a while.
    aws: FakeAws,
    other_aws: FakeAws,
    _metadata: Vec<FakeImds>,
}

fn instance(number: usize) -> String {
    format!("i-{number:017x}")
}

/// An AWS whose load balancer `web` has the nodes from this one on in service.
fn aws_with_healthy(first: usize) -> FakeAws {
    let aws = FakeAws::start_at(&format!("{HUB}:0"));
    let ids: Vec<String> = (0..NODES).map(instance).collect();
    let state = |number: usize| if number < first { "OutOfService" } else { "InService" };
    let health: Vec<(&str, &str)> = ids.iter().enumerate().map(|(number, id)| (id.as_str(), state(number))).collect();
    aws.change(|world| world.set_load_balancer("web", &health));
    aws
}

impl<'a> Clustercron<'a> {
    /// It runs this script alone: its command is a name without arguments.
    pub(in crate::chaos) fn new(fleet: &'a Fleet, script: &str) -> Self {
        let metadata =
            |node: &Node| node.enter(|| FakeImds::builder().instance_id(&instance(node.number)).start_at(REAL_ADDRESS));
        let metadata = fleet.nodes().iter().map(metadata).collect();
        let script = fleet.script("bin/job", script);
        Self { fleet, script, aws: aws_with_healthy(0), other_aws: aws_with_healthy(DIVERGING), _metadata: metadata }
    }
}

impl Program for Clustercron<'_> {
    /// Five Python programs that load boto are more than a small machine can start in a second.
    fn every(&self) -> u64 {
        3
    }

    /// Cut off, it waits for minutes.
    fn patience(&self) -> Option<Duration> {
        Some(Duration::from_secs(20))
    }

    fn at_tick(&self, node: &Node, due: &Due<'_>) -> Run {
        let is_told_otherwise = node.number >= DIVERGING && (1.0 / 3.0..2.0 / 3.0).contains(&due.progress);
        let aws = if is_told_otherwise { &self.other_aws } else { &self.aws };
        let run = self.fleet.run(venv().program("clustercron")).args(["elb", "web"]).arg(&self.script);
        let run = run.env("AWS_ACCESS_KEY_ID", "AKIACHAOS").env("AWS_SECRET_ACCESS_KEY", "x");
        tell(node.with_its_clock(run.env("AWS_ENDPOINT_URL", aws.url())), node, due)
    }
}
