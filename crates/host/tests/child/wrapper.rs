//! A process of its own that runs a command as the program does, so that it can be killed, stopped and piped.
//!
//! This test binary starts itself for it: the wrapper is an ignored test that finds its task in variables.

use std::path::Path;
use std::process::{Child as Process, Command, Stdio};
use std::time::Duration;

use bellwether_host::child::{Child, OutputMode, Tail};

use crate::support::{in_millis, script};

/// What a wrapper process is to do.
#[derive(Default)]
pub(crate) struct Task<'a> {
    pub(crate) script: &'a str,
    pub(crate) tied: bool,
    /// The lease, from the start: milliseconds up to TERM and up to KILL.
    pub(crate) lease: Option<(u64, u64)>,
    pub(crate) timeout: Option<u64>,
    /// Where the wrapper tells how its command ended.
    pub(crate) result: Option<&'a Path>,
}

impl Task<'_> {
    /// Starts a wrapper, with its outputs piped.
    pub(crate) fn start(&self) -> Process {
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "wrapper::acts_as_a_wrapper", "--ignored", "--nocapture", "--test-threads=1"])
            .env("WRAPPER_SCRIPT", self.script)
            .env("WRAPPER_TIED", if self.tied { "yes" } else { "no" })
            .env("WRAPPER_TERM", number(self.lease.map(|(term, _)| term)))
            .env("WRAPPER_KILL", number(self.lease.map(|(_, kill)| kill)))
            .env("WRAPPER_TIMEOUT", number(self.timeout))
            .env("WRAPPER_RESULT", self.result.unwrap_or_else(|| Path::new("/dev/null")))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "a test process gets its task in variables")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn number(name: &str) -> Option<u64> {
    variable(name).map(|text| text.parse().unwrap())
}

#[test]
#[ignore = "started by the other tests, as a process of its own"]
fn acts_as_a_wrapper() {
    let Some(text) = variable("WRAPPER_SCRIPT") else { return };
    let mut spec = script(&text);
    spec.output = OutputMode::PassThrough;
    spec.tied = variable("WRAPPER_TIED").as_deref() == Some("yes");
    spec.timeout = number("WRAPPER_TIMEOUT").map(Duration::from_millis);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ended = runtime.block_on(async {
        let child = match (number("WRAPPER_TERM"), number("WRAPPER_KILL")) {
            (Some(term), Some(kill)) => Child::spawn_until(&spec, in_millis(term), in_millis(kill), Tail::new(100)),
            _ => Child::spawn(&spec, Tail::new(100)),
        };
        child.unwrap().ended().await
    });
    std::fs::write(variable("WRAPPER_RESULT").unwrap(), format!("{ended:?}\n")).unwrap();
}
