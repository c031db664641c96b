//! `bellwether once`, with each store and without.

use bellwether_testkit::process::Run;
use serde_json::Value;

use super::{Due, PATIENCE, Program};
use crate::chaos::fleet::{Fleet, NODES, Node};
use crate::support::bellwether;

/// How the nodes find each other and their store.
enum Group {
    /// One host and its embedded store.
    OneHost,
    /// All nodes, and this store.
    All(String),
    /// Each node sees itself alone, and there is no store.
    EachAlone,
}

/// Ours.
pub(in crate::chaos) struct Bellwether<'a> {
    fleet: &'a Fleet,
    group: Group,
    aws: Option<String>,
}

impl<'a> Bellwether<'a> {
    /// On the embedded store.
    pub(in crate::chaos) fn on_one_host(fleet: &'a Fleet) -> Self {
        Self { fleet, group: Group::OneHost, aws: None }
    }

    /// On a store that the nodes share.
    pub(in crate::chaos) fn sharing(fleet: &'a Fleet, store: &str) -> Self {
        Self { fleet, group: Group::All(store.to_owned()), aws: None }
    }

    /// Without a store, where every node thinks that it is the first.
    pub(in crate::chaos) fn each_alone(fleet: &'a Fleet) -> Self {
        Self { fleet, group: Group::EachAlone, aws: None }
    }

    /// With this endpoint in the place of AWS.
    pub(in crate::chaos) fn with_aws(self, endpoint: &str) -> Self {
        Self { aws: Some(endpoint.to_owned()), ..self }
    }

    /// Runs `bellwether store create`.
    pub(in crate::chaos) fn create_store(&self) {
        self.run(&["store", "create"]).args(self.store()).finish().expect_code(0);
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let run = self.fleet.run(bellwether()).args(arguments).deadline(PATIENCE);
        let keys = [("AWS_ACCESS_KEY_ID", "AKIACHAOS"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_REGION", "eu-west-1")];
        match &self.aws {
            Some(endpoint) => run.env("AWS_ENDPOINT_URL", endpoint).envs(&keys),
            None => run,
        }
    }

    fn store(&self) -> Option<String> {
        match &self.group {
            Group::OneHost => None,
            Group::All(store) => Some(store.clone()),
            Group::EachAlone => Some("none".to_owned()),
        }
    }

    fn members(&self, node: &Node) -> String {
        let all = || (0..NODES).map(|number| format!("n{number}")).collect::<Vec<_>>().join(",");
        match &self.group {
            Group::OneHost => "local".to_owned(),
            Group::All(_) => format!("nodes:{}", all()),
            Group::EachAlone => format!("nodes:{}", node.name()),
        }
    }

    fn once(&self, node: &Node, due: &Due<'_>, flags: &[&str]) -> Run {
        let run = self.run(&["once", due.job, "--lease", "3s", "--stagger", "20ms", "--node", &node.name()]);
        let run = run.args(["--group", &self.members(node)]).args(flags);
        let run = match self.store() {
            Some(store) => run.args(["--store", &store]),
            None => run,
        };
        node.with_its_clock(run).directory(&due.directory).args(["--", "sh", "-c", due.script])
    }
}

impl Program for Bellwether<'_> {
    fn at_tick(&self, node: &Node, due: &Due<'_>) -> Run {
        self.once(node, due, &["--every", "1s"])
    }

    fn taking_over(&self, node: &Node, due: &Due<'_>) -> Option<Run> {
        Some(self.once(node, due, &["--every", "1000d", "--standby", "--on-lost", "rerun"]))
    }

    fn history(&self, job: &str) -> Option<Vec<Value>> {
        let store = match &self.group {
            Group::OneHost => None,
            Group::All(store) => Some(store),
            Group::EachAlone => return None,
        };
        let run = self.run(&["history", job, "--json", "--limit", "100000"]);
        let run = store.into_iter().fold(run, |run, store| run.args(["--store", store]));
        let told = run.finish().expect_code(0).stdout_text();
        Some(serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error} in {told}")))
    }
}
