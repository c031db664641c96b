//! An environment of its own for each test, in moto's SQS, and everybody who may take part in it.

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bellwether_testkit::moto::Moto;
use bellwether_testkit::process::{Run, Running, Sandbox};
use bellwether_testkit::python::venv;
use serde_json::{Value, json};

use crate::support::{bellwether, wait_until};

pub(super) const REGION: &str = "eu-west-1";
const OLD_AGENT: &str = include_str!("old_agent.py");
const OLD_MASTER: &str = include_str!("old_master.py");
const QUEUES: &str = include_str!("queues.py");

/// Gives a program a host name and an `/etc` of its own.
const OWN_HOST: &str = "set -e; hostname \"$1\"; mount --bind \"$2\" /etc; shift 2; exec \"$@\"";

/// Takes the configuration away again.
const WITHOUT_FILE: &str = "set -e; rm -r /etc/ec2_collective; exec \"$@\"";

/// The three queues of an environment.
pub(super) struct Collective {
    pub(super) prefix: String,
    pub(super) sandbox: Sandbox,
}

impl Collective {
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let prefix = format!("interop{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let collective = Self { prefix, sandbox: Sandbox::new() };
        collective.call("make", &json!([collective.prefix]));
        collective
    }

    fn call(&self, function: &str, arguments: &Value) -> Value {
        let printed = Moto::shared().run_boto(QUEUES, &[("CALL", &json!([function, arguments]).to_string())]);
        serde_json::from_str(&printed).unwrap()
    }

    /// The name of one of the queues: `master`, `agent` or `facts`.
    pub(super) fn queue(&self, name: &str) -> String {
        format!("{}_{name}", self.prefix)
    }

    /// Puts bodies as they are into a queue.
    pub(super) fn send(&self, queue: &str, bodies: &[String]) {
        self.call("send", &json!([self.queue(queue), bodies]));
    }

    /// The ids and bodies of the messages in a queue.
    pub(super) fn look(&self, queue: &str) -> Vec<(String, String)> {
        serde_json::from_value(self.call("look", &json!([self.queue(queue)]))).unwrap()
    }

    /// How many messages are in a queue.
    pub(super) fn count(&self, queue: &str) -> u64 {
        self.call("count", &json!([self.queue(queue)])).as_u64().unwrap()
    }

    /// The configuration of our master, with sections on top.
    pub(super) fn master_config(&self, general: &Value) -> String {
        let usual = json!({"log_level": "INFO", "cmd_timeout": 40, "ping_timeout": 30, "clean_timeout": 20});
        let general = merged(usual, general);
        json!({"general": general, "aws": {"region": REGION, "default_queue_name": self.prefix}}).to_string()
    }

    /// Our master with a configuration of such patience that a test which waits for it to end would notice.
    pub(super) fn master(&self, arguments: &[&str]) -> Run {
        self.master_with(&self.master_config(&json!({})), arguments)
    }

    /// Our master that only waits shortly.
    pub(super) fn hasty_master(&self, arguments: &[&str]) -> Run {
        let general = json!({"cmd_timeout": 20, "ping_timeout": 3, "use_facts_queue": false});
        self.master_with(&self.master_config(&general), arguments)
    }

    /// Our master with this configuration.
    pub(super) fn master_with(&self, config: &str, arguments: &[&str]) -> Run {
        self.on_host("master", "ec2-cmaster", config, &[]).args(arguments)
    }

    /// Our master, started by another program.
    pub(super) fn master_behind(&self, starter: &[&str], arguments: &[&str]) -> Run {
        self.on_host("master", "ec2-cmaster", &self.master_config(&json!({})), starter).args(arguments)
    }

    /// Our master on a host without any configuration file.
    pub(super) fn master_without_configuration(&self, arguments: &[&str]) -> Run {
        self.on_host("master", "ec2-cmaster", "", &["sh", "-c", WITHOUT_FILE, "sh"]).args(arguments)
    }

    /// Our agent on a host of this name, with the facts of a file, as the last release was configured.
    pub(super) fn agent(&self, host: &str, facts: &Value) -> Running {
        let file = self.sandbox.write(&format!("{host}.yaml"), facts.to_string());
        let config = json!({
            "general": {"log_level": "INFO", "sqs_poll_interval": 1, "queue_poll_interval": 0.1},
            "facts": {"enabled": true, "refresh": 5, "use_queue": true, "use_facter": false, "facts_path": [file]},
            "aws": {"region": REGION, "sqs_read_queue": self.queue("master"), "sqs_write_queue": self.queue("agent"),
                    "sqs_facts_queue": self.queue("facts")},
        });
        let before = self.count("facts");
        let pid_file = self.sandbox.path().join(format!("{host}.pid"));
        let agent = self.on_host(host, "ec2-cagent", &config.to_string(), &[]).args(["-f", "-p"]).arg(pid_file).start();
        wait_until("our agent has told its facts", || self.count("facts") > before);
        agent
    }

    /// Tells facts as an agent of this host would.
    pub(super) fn send_facts(&self, host: &str, facts: &Value) {
        self.send("facts", &[body(&merged(facts.clone(), &json!({"ec2_cagent_hostname": host})))]);
    }

    /// An agent of old on a host of this name.
    pub(super) fn old_agent(&self, host: &str, facts: &Value) -> Running {
        self.old_agent_with(host, facts, &[])
    }

    /// An agent of old whose commands have more in their environment.
    pub(super) fn old_agent_with(&self, host: &str, facts: &Value, env: &[(&str, &str)]) -> Running {
        let run = self.python(OLD_AGENT).env("HOST", host).env("FACTS", facts.to_string()).envs(env);
        let agent = run.deadline(std::time::Duration::from_secs(300)).start();
        wait_until("the old agent is ready", || agent.stdout_so_far().starts_with(b"ready\n"));
        agent
    }

    /// A master of old that sends this, and waits for so many agents.
    pub(super) fn old_master(&self, command: &Value, agents: usize) -> Run {
        self.python(OLD_MASTER)
            .env("COMMAND", command.to_string())
            .env("AGENTS", agents.to_string())
            .env("PATIENCE", "40")
    }

    fn python(&self, script: &str) -> Run {
        let run = self.with_aws(self.sandbox.run(venv().python()).args(["-c", script]));
        run.env("PREFIX", &self.prefix)
    }

    /// One of our programs on a host of this name, with this configuration file, behind a program that starts it.
    fn on_host(&self, host: &str, program: &str, config: &str, starter: &[&str]) -> Run {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let etc = format!("etc{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.sandbox.write(&format!("{etc}/ec2_collective/{program}.json"), config);
        let run = self.sandbox.run("unshare").args(["--mount", "--uts", "--propagation", "private", "sh", "-c"]);
        let run = run.args([OWN_HOST, "sh", host]).arg(self.sandbox.path().join(etc));
        self.with_aws(run.args(starter).arg(self.sandbox.called(program, bellwether())))
    }

    fn with_aws(&self, run: Run) -> Run {
        Moto::shared().environment(REGION).into_iter().fold(run, |run, (name, value)| run.env(name, value))
    }
}

/// The body of a message: base64 of JSON.
pub(super) fn body(message: &Value) -> String {
    base64(&message.to_string())
}

pub(super) fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

pub(super) fn json_of(body: &str) -> Value {
    serde_json::from_slice(&STANDARD.decode(body).unwrap()).unwrap()
}

fn merged(mut usual: Value, more: &Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        usual[key] = value.clone();
    }
    usual
}
