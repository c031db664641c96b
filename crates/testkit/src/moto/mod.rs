//! AWS as moto (version 5.2.5) imitates it, in a server of its own for each test process.
//!
//! What it can do about health, from its source and tried out in `tests/moto.rs`:
//!
//! - Classic ELB: an instance that runs is `InService`, one that is stopped or terminated is `OutOfService`. A
//!   deregistered one is left out; asked for by id it is `Unknown`. One that EC2 never had is left out. There is
//!   never a reason ("N/A"), and an unknown load balancer is `LoadBalancerNotFound`.
//! - ELBv2: a registered target is `healthy`; a stopped instance is `unused` (`Target.InvalidState`). A terminated or
//!   deregistered one is left out; asked for by id it is `draining` or `unused`. Targets are kept by id alone, so a
//!   second port of an instance replaces the first.
//! - Auto Scaling: instances are `InService` and `Healthy` until a test says otherwise (`set_instance_health`,
//!   `enter_standby`).
//!
//! Not to be had: `initial`, `unhealthy`, several ports of an instance, reasons, throttling, denials. Those are
//! [`crate::fake_elb`]'s.

mod fixtures;

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use crate::process::Sandbox;
use crate::python::venv;

/// Serves until its stdin is closed, which the kernel does for us however the test process ends.
const SERVER: &str = include_str!("server.py");

/// A running moto.
#[derive(Debug)]
pub struct Moto {
    endpoint: String,
    child: Child,
    /// Open as long as the server is wanted.
    _stdin: ChildStdin,
}

impl Moto {
    /// The one of this test process, started when first asked for. It lives in the network of the thread that asks
    /// first: in a private network start one of your own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Moto> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts another one, on a free port of 127.0.0.1; it ends when dropped.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        Self::start_at("127.0.0.1")
    }

    /// Starts one on a free port of another address.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_at(host: &str) -> Self {
        let mut child = Command::new(venv().python())
            .args(["-c", SERVER, host])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the Python environment can be run");
        let stdin = child.stdin.take().expect("stdin is a pipe");
        let mut port = String::new();
        BufReader::new(child.stdout.take().expect("stdout is a pipe"))
            .read_line(&mut port)
            .expect("moto prints its port");
        let port: u16 = port.trim().parse().unwrap_or_else(|_| panic!("moto did not start: run tests/setup.sh"));
        Self { endpoint: format!("http://{host}:{port}"), child, _stdin: stdin }
    }

    /// Its URL, for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The environment in which AWS programs talk to it.
    pub fn environment(&self, region: &str) -> Vec<(String, String)> {
        aws_environment(&self.endpoint, region)
    }

    /// Runs a Python script against it, in an environment that boto3 understands and with `env` on top. Returns what
    /// the script printed.
    ///
    /// # Panics
    /// When the script fails; the message has its stderr.
    pub fn run_boto(&self, script: &str, env: &[(&str, &str)]) -> String {
        run_boto(&self.endpoint, script, env)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The environment in which AWS programs talk to the server at `endpoint`, with made-up credentials and no metadata
/// service.
pub fn aws_environment(endpoint: &str, region: &str) -> Vec<(String, String)> {
    let variables = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_REGION", region),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Runs a Python script whose boto3 talks to the server at `endpoint`; `env` on top. Returns what the script printed.
///
/// # Panics
/// When the script fails; the message has its stderr.
pub fn run_boto(endpoint: &str, script: &str, env: &[(&str, &str)]) -> String {
    let sandbox = Sandbox::new();
    let mut run = sandbox.run(venv().python()).args(["-c", script]);
    for (name, value) in aws_environment(endpoint, "eu-west-1") {
        run = run.env(name, value);
    }
    run.envs(env).finish().expect_code(0).stdout_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Run;

    #[test]
    fn the_server_ends_when_nobody_holds_its_stdin() {
        let done = Run::new(venv().python()).args(["-c", SERVER, "127.0.0.1"]).finish().expect_code(0);
        assert!(done.stdout_text().trim().parse::<u16>().is_ok(), "it did start: {}", done.stdout_text());
    }
}
