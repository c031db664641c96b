//! Programs that print facts.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use bellwether_core::duration;

use super::found::Found;
use super::sources::FacterCommand;
use super::{LARGEST, document};
use crate::child::printed::Printed;
use crate::child::{Child, CommandSpec, Ended, How, OutputMode, Surroundings};

/// How long after the end of its time a program is killed.
const KILL_AFTER: Duration = Duration::from_secs(2);

/// A program that prints facts.
pub(super) struct Program {
    program: OsString,
    args: Vec<OsString>,
    /// What it is called in messages.
    name: String,
}

impl Program {
    /// A file of a directory of programs.
    pub(super) fn file(path: &Path) -> Self {
        Self { program: path.into(), args: Vec::new(), name: path.display().to_string() }
    }

    /// Facter, or what is used in its place.
    pub(super) fn facter(command: &FacterCommand) -> Self {
        match command {
            FacterCommand::Program { program, args } => {
                Self { program: program.clone(), args: args.clone(), name: program.display().to_string() }
            }
            FacterCommand::Shell(line) => {
                let args = ["-c", line].map(OsString::from).to_vec();
                Self { program: "/bin/sh".into(), args, name: line.escape_debug().to_string() }
            }
        }
    }

    /// Runs it, and takes what it prints when it succeeds.
    pub(super) async fn facts(&self, timeout: Duration) -> Found {
        match self.output(timeout).await.and_then(|text| document::of_output(&text)) {
            Ok(told) => Found::of(self, told),
            Err(why) => Found::nothing(format!("no facts from {self}: {why}")),
        }
    }

    async fn output(&self, timeout: Duration) -> Result<String, String> {
        let surroundings = Surroundings { without_secrets: true, ..Surroundings::default() };
        let spawned = Child::spawn_in(&surroundings, &self.spec(timeout), b"", Printed::new(LARGEST));
        let mut child = spawned.map_err(|error| error.to_string())?;
        let ended = child.ended().await;
        let printed = child.into_observer();
        match (ended, printed.out()) {
            (Ended { timed_out: true, .. }, _) => {
                Err(format!("it did not end within {} and was ended", duration::display(timeout)))
            }
            (Ended { how: How::Exited(0), .. }, None) => Err(format!("it printed more than {LARGEST} bytes")),
            (Ended { how: How::Exited(0), .. }, Some(out)) => {
                String::from_utf8(out.to_vec()).map_err(|_| "what it printed is not UTF-8".to_owned())
            }
            (Ended { how: How::Exited(status), .. }, _) => {
                Err(format!("it ended with status {status}: {}", printed.said()))
            }
            (Ended { how: How::Signaled(signal), .. }, _) => {
                Err(format!("it was killed by signal {signal}: {}", printed.said()))
            }
        }
    }

    fn spec(&self, timeout: Duration) -> CommandSpec {
        CommandSpec {
            program: self.program.clone(),
            args: self.args.clone(),
            env: Vec::new(),
            inherit: Vec::new(),
            output: OutputMode::Capture,
            tied: false,
            timeout: Some(timeout),
            kill_after: KILL_AFTER,
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
