//! An environment of EC2 Collective with our `ec2-cagent`, in moto's queues.

use std::time::{Duration, Instant};

use bellwether_testkit::moto::Moto;
use bellwether_testkit::process::{Finished, Run, Running, Sandbox};
use serde_json::json;

/// The region of all queues.
pub(super) const REGION: &str = "eu-west-1";
const PREFIX: &str = "bench";
/// Puts a directory in the place of /etc, where the agent has its configuration, then becomes the program.
const WITH_ETC: &str = "set -e; mount --bind \"$1\" /etc; shift; exec \"$@\"";
/// How long the agent may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// The queues, and a place for the programs.
pub(super) struct Collective {
    sandbox: Sandbox,
    variables: Vec<(String, String)>,
}

impl Collective {
    pub(super) fn new(moto: &Moto) -> Self {
        let collective = Self { sandbox: Sandbox::new(), variables: moto.environment(REGION) };
        let make = collective.sandbox.run(crate::bellwether()).args(["env", "create", PREFIX]);
        collective.with_aws(make).finish().expect_code(0);
        collective
    }

    /// Our master with a command for all agents.
    pub(super) fn command(&self, line: &str) -> Run {
        let program = self.sandbox.called("ec2-cmaster", crate::bellwether());
        self.with_aws(self.sandbox.run(program)).args(["-q", PREFIX, "-c", line])
    }

    /// Whether a master says that the agent was expected, and that it answered.
    pub(super) fn is_complete(done: &Finished) -> bool {
        done.stdout_text().contains("Got response from 1 out of 1/1")
    }

    /// Starts our agent, as the last release of the old one was configured, and waits until it answers.
    pub(super) fn agent(&self) -> Running {
        let queue = |name: &str| format!("{PREFIX}_{name}");
        let facts = self.sandbox.write("facts.yaml", "role: web\n");
        let config = json!({
            "general": {"log_level": "INFO", "sqs_poll_interval": 1, "queue_poll_interval": 0.1},
            "facts": {"enabled": true, "refresh": 20, "use_queue": true, "use_facter": false, "facts_path": [facts]},
            "aws": {"region": REGION, "sqs_read_queue": queue("master"), "sqs_write_queue": queue("agent"),
                    "sqs_facts_queue": queue("facts")},
        });
        self.sandbox.write("etc/ec2_collective/ec2-cagent.json", config.to_string());
        let run = self.sandbox.run("unshare").args(["--mount", "--propagation", "private", "sh", "-c", WITH_ETC, "sh"]);
        let run = run.arg(self.sandbox.path().join("etc"));
        let run = run.arg(self.sandbox.called("ec2-cagent", crate::bellwether())).args(["-f", "-p"]);
        let agent = self.with_aws(run.arg(self.sandbox.path().join("pid"))).start();
        self.wait_for(&agent);
        agent
    }

    fn wait_for(&self, agent: &Running) {
        let since = Instant::now();
        while !Self::is_complete(&self.command("true").finish()) {
            let log = String::from_utf8_lossy(&agent.stdout_so_far()).into_owned();
            assert!(since.elapsed() < PATIENCE, "ec2-cagent does not answer:\n{log}");
        }
    }

    fn with_aws(&self, run: Run) -> Run {
        self.variables.iter().fold(run, |run, (name, value)| run.env(name, value))
    }
}
