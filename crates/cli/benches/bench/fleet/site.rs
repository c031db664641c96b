//! Real agents on this host, each with files of its own, and a caller that they believe.

use std::time::{Duration, Instant};

use bellwether_testkit::process::{Run, Running, Sandbox};

/// Everything is allowed to the one caller.
const POLICY: &str = "[[allow]]\ncallers = ['ops']\nactions = ['argv', 'shell', 'script']\n";
/// How long agents may take until they answer; a busy machine is no failure.
const PATIENCE: Duration = Duration::from_secs(180);

/// The caller's home, and where the agents are.
pub(super) struct Site {
    sandbox: Sandbox,
    variables: Vec<(String, String)>,
}

impl Site {
    /// On this transport, with further variables for the caller and the agents.
    pub(super) fn new(transport: &str, more: impl IntoIterator<Item = (String, String)>) -> Self {
        let sandbox = Sandbox::new();
        let path = |name: &str| sandbox.path().join(name).display().to_string();
        let variables = [
            ("BELLWETHER_FLEET_ENVIRONMENT", "bench".to_owned()),
            ("BELLWETHER_FLEET_TRANSPORT", transport.to_owned()),
            ("BELLWETHER_AGENT_CALLERS", path("callers.toml")),
            ("BELLWETHER_AGENT_POLICY", path("policy.toml")),
            ("BELLWETHER_AGENT_FACTS_DIRECTORY", path("facts.d")),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value)).into_iter().chain(more).collect();
        sandbox.write("policy.toml", POLICY);
        let site = Self { sandbox, variables };
        let key = site.run(&["keys", "generate"]).finish().expect_code(0).stdout_text();
        site.run(&["keys", "trust", "ops", key.trim()]).finish().expect_code(0);
        site
    }

    /// The program as the caller runs it.
    pub(super) fn run(&self, arguments: &[&str]) -> Run {
        let run = self.sandbox.run(crate::bellwether()).args(arguments);
        self.variables.iter().fold(run, |run, (name, value)| run.env(name, value)).deadline(PATIENCE)
    }

    /// Starts agents, and waits until all of them answer.
    pub(super) fn agents(&self, nodes: &[String]) -> Vec<Running> {
        let agents: Vec<Running> = nodes.iter().map(|node| self.start(node)).collect();
        let since = Instant::now();
        while self.answering() < nodes.len() {
            let log = String::from_utf8_lossy(&agents[0].stderr_so_far()).into_owned();
            assert!(since.elapsed() < PATIENCE, "not all agents answer; the first one says:\n{log}");
        }
        agents
    }

    /// Starts the only agent, and waits until it answers.
    pub(super) fn agent(&self, node: &str) -> Running {
        self.agents(&[node.to_owned()]).remove(0)
    }

    fn start(&self, node: &str) -> Running {
        let state = self.sandbox.path().join("agents").join(node);
        self.run(&["agent", "--node", node]).env("XDG_STATE_HOME", state).start()
    }

    /// How many agents of the inventory answer a ping; none while there is no inventory.
    fn answering(&self) -> usize {
        let done = self.run(&["ping", "--json", "--wait", "10s"]).finish();
        let told = serde_json::from_slice::<serde_json::Value>(&done.stdout).unwrap_or_default();
        told["answered"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default()
    }
}
