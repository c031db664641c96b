//! A fleet of agents on this host, and a caller that they believe.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use bellwether_testkit::nats::NatsServer;
use bellwether_testkit::process::{Finished, Run, Running, Sandbox};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::support::{bellwether, wait_until};

pub(crate) use crate::fleet::support::holds;

/// Everything is allowed to the one caller.
const POLICY: &str =
    "[[allow]]\nname = \"all\"\ncallers = [\"ops\"]\nactions = [\"argv\", \"shell\", \"script\"]\nusers = [\"*\"]\n";

/// The caller's home, and where the agents are.
pub(crate) struct Site {
    pub(crate) sandbox: Sandbox,
    pub(crate) env: String,
    variables: Vec<(String, String)>,
}

impl Site {
    /// On the server that tests share, in an environment of its own.
    pub(crate) fn new() -> Self {
        Self::at(&format!("nats://{}", NatsServer::shared().address()))
    }

    /// On this transport.
    pub(crate) fn at(transport: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let env = format!("t{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let sandbox = Sandbox::new();
        let variables = [
            ("BELLWETHER_FLEET_ENVIRONMENT", env.clone()),
            ("BELLWETHER_FLEET_TRANSPORT", transport.to_owned()),
            ("BELLWETHER_AGENT_CALLERS", sandbox.path().join("callers.toml").display().to_string()),
            ("BELLWETHER_AGENT_POLICY", sandbox.path().join("policy.toml").display().to_string()),
            ("BELLWETHER_AGENT_FACTS_DIRECTORY", sandbox.path().join("facts.d").display().to_string()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value)).to_vec();
        sandbox.write("policy.toml", POLICY);
        let site = Self { sandbox, env, variables };
        let key = site.run(&["keys", "generate"]).finish().expect_code(0).stdout_text();
        site.run(&["keys", "trust", "ops", key.trim()]).finish().expect_code(0);
        site
    }

    /// With further variables, for the caller and for agents that are started from now on.
    pub(crate) fn with(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.variables.extend(variables);
        self
    }

    /// The program as the caller runs it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let mut run = self.sandbox.run(bellwether()).args(arguments);
        for (name, value) in &self.variables {
            run = run.env(name, value);
        }
        run
    }

    /// Runs the program to its end, which must have this status.
    pub(crate) fn end(&self, status: i32, arguments: &[&str]) -> Finished {
        self.run(arguments).finish().expect_code(status)
    }

    /// What makes any program of this user the caller.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let state = ("XDG_STATE_HOME".to_owned(), self.sandbox.state().display().to_string());
        [&self.variables[..], &[state]].concat()
    }

    /// Where an agent keeps what it must not lose.
    pub(crate) fn state_of(&self, node: &str) -> PathBuf {
        self.sandbox.path().join("agents").join(node)
    }

    /// Starts an agent, without waiting for it. Its fact `role` is what stands before the dash in its name.
    pub(crate) fn start(&self, node: &str) -> Running {
        let role = node.split('-').next().unwrap();
        let facts = self.sandbox.write(&format!("facts/{node}.yaml"), format!("role: {role}\n"));
        let run = self.run(&["agent", "--node", node]).env("XDG_STATE_HOME", self.state_of(node));
        run.env("BELLWETHER_AGENT_FACTS_FILES", facts).deadline(std::time::Duration::from_secs(600)).start()
    }

    /// Starts an agent, and waits until it answers.
    pub(crate) fn agent(&self, node: &str) -> Running {
        let agent = self.start(node);
        self.wait_for(node);
        agent
    }

    /// Waits until a node answers, and is in the inventory.
    pub(crate) fn wait_for(&self, node: &str) {
        wait_until(&format!("{node} answers"), || {
            let facts = self.run(&["facts", node, "--json"]).finish();
            let present = facts.code == Some(0) && facts.stdout_text().contains("\"present\"");
            present && self.run(&["ping", "--nodes", node, "--wait", "2s"]).finish().code == Some(0)
        });
    }

    /// Starts agents, and waits until they answer.
    pub(crate) fn agents(&self, nodes: &[&str]) -> Vec<Running> {
        let agents = nodes.iter().map(|node| self.start(node)).collect();
        nodes.iter().for_each(|node| self.wait_for(node));
        agents
    }
}

/// Ends an agent as a crash would: it says no farewell, so it stays expected.
pub(crate) fn crash(agent: Running) {
    agent.signal(Signal::SIGKILL);
    drop(agent.finish());
}

/// The lines of a text, sorted: nodes answer in any order.
pub(crate) fn sorted(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// The events that `exec --json` printed.
pub(crate) fn events(done: &Finished) -> Vec<Value> {
    done.stdout_text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
