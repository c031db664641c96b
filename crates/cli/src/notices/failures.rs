//! `--on-failure`: a command that is told of runs that failed.

use std::ffi::OsString;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::report::Report;
use bellwether_host::child::{Child, CommandSpec, How, OutputMode, Tail};
use tokio::task::JoinSet;

use crate::job::launch::RunVariables;
use crate::render::console::Console;

/// How long the command may run.
const LIMIT: Duration = Duration::from_secs(60);
/// How long it may take to end after that.
const KILL_AFTER: Duration = Duration::from_secs(10);

/// The command, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FailureCommand(Vec<String>);

impl FromStr for FailureCommand {
    type Err = String;

    /// Splits a text into words by the shell's rules for blanks, quotes and backslashes; no shell sees it.
    fn from_str(text: &str) -> Result<Self, String> {
        match shlex::split(text) {
            None => Err("a quote is not closed, or a backslash stands at the end".to_owned()),
            Some(words) if words.first().is_none_or(String::is_empty) => Err("it names no program".to_owned()),
            Some(words) if words.iter().any(|word| word.contains('\0')) => Err("it contains a NUL".to_owned()),
            Some(words) => Ok(Self(words)),
        }
    }
}

impl fmt::Display for FailureCommand {
    /// With quotes where they are needed to tell the words apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.iter().map(String::as_str);
        f.write_str(&shlex::try_join(words).map_err(|_| fmt::Error)?)
    }
}

/// The failures of one wrapper, and those that are being told.
pub(super) struct Failures {
    command: FailureCommand,
    console: Console,
    running: JoinSet<()>,
}

impl Failures {
    pub(super) fn new(command: &FailureCommand, console: Console) -> Self {
        Self { command: command.clone(), console, running: JoinSet::new() }
    }

    /// Starts the command, beside whatever else is going on.
    pub(super) fn run(&mut self, report: &Report) {
        let started = Child::spawn_reading(&self.spec(report), &report.output.tail, Tail::new(0));
        let console = self.console;
        match started {
            Ok(child) => drop(self.running.spawn(until_ended(child, console))),
            Err(error) => console.warning(&format!("the command on failure was not started: {error}")),
        }
    }

    /// Waits for all that were started.
    pub(super) async fn ended(mut self) {
        while self.running.join_next().await.is_some() {}
    }

    fn spec(&self, report: &Report) -> CommandSpec {
        let mut words = self.command.0.iter().map(OsString::from);
        CommandSpec {
            program: words.next().unwrap_or_default(),
            args: words.collect(),
            env: variables(report),
            inherit: Vec::new(),
            output: OutputMode::ToStderr,
            tied: true,
            timeout: Some(LIMIT),
            kill_after: KILL_AFTER,
        }
    }
}

/// What the command is told; a value that nobody knows is empty.
fn variables(report: &Report) -> Vec<(String, String)> {
    let Report { job, tick, run_id, attempt, fence, node, .. } = report;
    let of_run = RunVariables { job, tick: *tick, run_id, attempt: *attempt, fence: *fence, node };
    let mut variables = of_run.list();
    let whole_seconds = report.duration.map(|took| took.as_secs().to_string());
    variables.extend(
        [
            ("OUTCOME", report.ending.as_str().to_owned()),
            ("STATUS", report.status.map(|status| status.to_string()).unwrap_or_default()),
            ("DURATION", whole_seconds.unwrap_or_default()),
        ]
        .map(|(name, value)| (format!("BELLWETHER_{name}"), value)),
    );
    variables
}

async fn until_ended(mut child: Child<Tail>, console: Console) {
    let ended = child.ended().await;
    let problem = match ended.how {
        _ if ended.timed_out => format!("was stopped after {}", duration::display(LIMIT)),
        How::Exited(0) => return,
        How::Exited(status) => format!("failed with status {status}"),
        How::Signaled(signal) => format!("was killed by signal {signal}"),
    };
    console.warning(&format!("the command on failure {problem}"));
}
