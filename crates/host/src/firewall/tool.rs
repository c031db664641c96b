//! Runs one of the firewall's programs.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::child::printed::Printed;
use crate::child::{Child, CommandSpec, Ended, How, OutputMode};

use super::error::FirewallError;

/// How long a program may take: longer than it waits for the lock of another ([`super::iptables`]).
const LIMIT: Duration = Duration::from_secs(10);
/// How long after that it is killed.
const KILL_AFTER: Duration = Duration::from_secs(1);
/// The most that is read of what it prints: some thousand rules.
const MOST_OUTPUT: usize = 1_024 * 1_024;

/// A program that is there.
#[derive(Debug, Clone)]
pub(super) struct Tool {
    path: PathBuf,
    limit: Duration,
}

impl Tool {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path, limit: LIMIT }
    }

    /// The program with these arguments, for messages.
    pub(super) fn command(&self, arguments: &[&str]) -> String {
        format!("{} {}", self.path.display(), arguments.join(" "))
    }

    /// Runs it on an input and gives what it printed.
    ///
    /// # Errors
    /// When it cannot be started, fails, takes or prints too much.
    pub(super) async fn run(&self, arguments: &[&str], input: &str) -> Result<String, FirewallError> {
        let command = || self.command(arguments);
        let mut child = Child::spawn_reading(&self.spec(arguments), input.as_bytes(), Printed::new(MOST_OUTPUT))?;
        let ended = child.ended().await;
        let printed = child.into_observer();
        match ended {
            Ended { timed_out: true, .. } => Err(FirewallError::TimedOut { command: command(), limit: self.limit }),
            Ended { how: How::Exited(0), .. } => match printed.out() {
                Some(out) => Ok(String::from_utf8_lossy(out).into_owned()),
                None => Err(FirewallError::TooLong { command: command(), limit: MOST_OUTPUT }),
            },
            Ended { how, .. } => Err(FirewallError::Failed { command: command(), how, said: printed.said() }),
        }
    }

    fn spec(&self, arguments: &[&str]) -> CommandSpec {
        CommandSpec {
            program: self.path.clone().into(),
            args: arguments.iter().map(OsString::from).collect(),
            env: vec![("LC_ALL".to_owned(), "C".to_owned())],
            inherit: Vec::new(),
            output: OutputMode::Capture,
            // A change that has begun is finished, also when we end meanwhile.
            tied: false,
            timeout: Some(self.limit),
            kill_after: KILL_AFTER,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell() -> Tool {
        Tool::at(PathBuf::from("/bin/sh"))
    }

    #[tokio::test]
    async fn a_program_reads_its_input_and_its_output_is_given() {
        assert_eq!(shell().run(&["-c", "cat; echo $LC_ALL"], "text\n").await.unwrap(), "text\nC\n");
    }

    #[tokio::test]
    async fn a_failure_says_what_the_program_said() {
        let error = shell().run(&["-c", "echo one >&2; echo; echo two >&2; exit 4"], "").await.unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("'/bin/sh -c echo one"), "{text}");
        assert!(text.ends_with("failed (status 4): one; two"), "{text}");
        let silent = shell().run(&["-c", "kill -9 $$"], "").await.unwrap_err().to_string();
        assert!(silent.ends_with("failed (signal 9): it said nothing"), "{silent}");
    }

    #[tokio::test]
    async fn more_output_than_anything_sensible_is_an_error() {
        let error = shell().run(&["-c", "head -c 2000000 /dev/zero"], "").await.unwrap_err();
        assert!(matches!(error, FirewallError::TooLong { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_does_not_end_is_ended() {
        let hasty = Tool { limit: Duration::from_millis(300), ..shell() };
        let error = hasty.run(&["-c", "trap '' TERM; while :; do sleep 1; done"], "").await.unwrap_err();
        assert!(matches!(error, FirewallError::TimedOut { .. }), "{error}");
        assert!(
            error
                .to_string()
                .ends_with("did not end within 300ms; is another program changing the firewall for so long?")
        );
    }

    #[tokio::test]
    async fn a_program_that_is_gone_is_an_error() {
        let error = Tool::at(PathBuf::from("/nowhere/nft")).run(&["list"], "").await.unwrap_err();
        assert!(error.to_string().contains("no such program"), "{error}");
    }
}
