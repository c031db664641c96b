//! A host with our agent, in an environment of its own, and a master that a test plays.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use bellwether_testkit::moto::Moto;
use bellwether_testkit::process::{Finished, Run, Running, Sandbox};
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::queue::{Queue, REGION};
use crate::support::{bellwether, wait_until};

/// Each test has queues of its own.
static ENVIRONMENTS: AtomicU32 = AtomicU32::new(0);
/// Puts a test's directory in the place of /etc, then becomes the program.
const WITH_ETC: &str = "set -e; mount --bind \"$1\" /etc; shift; exec \"$@\"";
/// The same, where a file that must not grow is an error and not the end.
const WITHOUT_XFSZ: &str = "set -e; trap '' XFSZ; mount --bind \"$1\" /etc; shift; exec \"$@\"";
/// When all commands here were sent.
pub(super) const SENT_AT: f64 = 1_385_030_400.25;
/// The same, as an agent gives it back.
pub(super) const SENT_AT_TEXT: &str = "1385030400.25";

/// A host.
pub(super) struct Host {
    pub(super) sandbox: Sandbox,
    pub(super) commands: Queue,
    pub(super) replies: Queue,
    pub(super) facts: Queue,
    endpoint: String,
    prologue: &'static str,
    batches: AtomicU32,
    received: RefCell<Vec<Value>>,
}

impl Host {
    /// One whose agent has the usual configuration.
    pub(super) fn new() -> Self {
        Self::with(json!({}))
    }

    /// One with other sections in the configuration.
    pub(super) fn with(sections: Value) -> Self {
        let number = ENVIRONMENTS.fetch_add(1, Ordering::Relaxed);
        let queue = |suffix| Queue::create(&format!("agent{}x{number}_{suffix}", std::process::id()));
        let host = Self {
            sandbox: Sandbox::new(),
            commands: queue("master"),
            replies: queue("agent"),
            facts: queue("facts"),
            endpoint: Moto::shared().endpoint().to_owned(),
            prologue: WITH_ETC,
            batches: AtomicU32::new(0),
            received: RefCell::default(),
        };
        host.configure(sections);
        host
    }

    /// The same, behind something else than moto itself.
    pub(super) fn at(mut self, endpoint: String) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// The same, for whom a limit on the size of files is an error and not the end.
    pub(super) fn without_xfsz(mut self) -> Self {
        self.prologue = WITHOUT_XFSZ;
        self
    }

    /// Writes the configuration anew.
    pub(super) fn configure(&self, sections: Value) {
        let mut config = json!({
            "general": {"log_level": "DEBUG", "sqs_poll_interval": 1, "queue_poll_interval": 0.1},
            "aws": {
                "region": REGION, "sqs_read_queue": self.commands.name(), "sqs_write_queue": self.replies.name(),
                "sqs_facts_queue": self.facts.name(),
            },
        });
        config.as_object_mut().unwrap().extend(sections.as_object().unwrap().clone());
        self.sandbox.write("etc/ec2_collective/ec2-cagent.json", config.to_string());
    }

    /// The agent, by its old name.
    pub(super) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(&Moto::shared().environment(REGION), arguments)
    }

    /// The same, in another environment.
    pub(super) fn run_with(&self, environment: &[(String, String)], arguments: &[&str]) -> Run {
        let run =
            self.sandbox.run("unshare").args(["--mount", "--propagation", "private", "sh", "-c", self.prologue, "sh"]);
        let run = environment.iter().fold(run, |run, (name, value)| run.env(name, value));
        run.arg(self.sandbox.path().join("etc"))
            .arg(self.sandbox.called("ec2-cagent", bellwether()))
            .args(arguments)
            .arg("-p")
            .arg(self.pid_file())
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .deadline(std::time::Duration::from_secs(600))
    }

    /// The agent, in the foreground.
    pub(super) fn start(&self) -> Agent {
        Agent(self.run(&["-f"]).start())
    }

    pub(super) fn pid_file(&self) -> PathBuf {
        self.sandbox.path().join("pid")
    }

    /// A file beside the sandbox's others, by its path.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.sandbox.path().join(name)
    }

    /// What a file holds by now.
    pub(super) fn text_of(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// A command as a master sends it, with fields on top.
    pub(super) fn command(&self, mode: &str, fields: Value) -> Value {
        let number = self.batches.fetch_add(1, Ordering::Relaxed);
        let mut command = json!({
            "mode": mode, "cmd": null, "ts": SENT_AT, "wf": null, "wof": null,
            "batch_msg_id": format!("BATCH{number:05}"), "payload": null, "script_param": null,
        });
        command.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        command
    }

    /// Sends a command; the message's id.
    pub(super) fn send(&self, mode: &str, fields: Value) -> String {
        self.commands.send(&self.command(mode, fields))
    }

    /// Sends a line for the shell.
    pub(super) fn send_line(&self, line: &str) -> String {
        self.send("cli", json!({"cmd": line}))
    }

    /// The replies to a message so far.
    pub(super) fn replies_to(&self, msg_id: &str) -> Vec<Value> {
        let mut received = self.received.borrow_mut();
        received.extend(self.replies.take());
        received.iter().filter(|reply| reply["msg_id"] == msg_id).cloned().collect()
    }

    /// Waits for so many replies to a message.
    pub(super) fn wait_for(&self, msg_id: &str, count: usize) -> Vec<Value> {
        wait_until(&format!("{count} replies to {msg_id} are there"), || self.replies_to(msg_id).len() >= count);
        let replies = self.replies_to(msg_id);
        assert_eq!(replies.len(), count, "{replies:?}");
        replies
    }

    /// Runs a line for the shell; its reply, after the one that says that the host is there.
    pub(super) fn result_of(&self, line: &str) -> Value {
        let msg_id = self.send_line(line);
        self.wait_for(&msg_id, 2).remove(1)
    }

    /// Makes sure that the agent takes commands: it answers a ping. What was sent before was taken before.
    pub(super) fn expect_alive(&self) {
        let msg_id = self.send("ping", json!({}));
        self.wait_for(&msg_id, 1);
    }
}

/// What the host is called.
pub(super) fn hostname() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap().trim().to_owned()
}

/// An agent that runs.
pub(super) struct Agent(pub(super) Running);

impl Agent {
    /// Its log, so far.
    pub(super) fn log(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout_so_far()).into_owned()
    }

    pub(super) fn wait_for_log(&self, text: &str) {
        wait_until(&format!("the log has '{text}': {}", self.log()), || self.log().contains(text));
    }

    /// Stops it as a service manager does.
    pub(super) fn stop(self) -> Finished {
        self.0.signal(Signal::SIGTERM);
        self.0.finish().expect_code(0)
    }

    /// Ends it as a crash does.
    pub(super) fn kill(self) {
        self.0.signal(Signal::SIGKILL);
        self.0.finish();
    }
}
