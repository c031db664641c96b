//! Runs one of the firewall's programs.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::child::{Child, CommandSpec, Ended, How, Observer, OutputMode, Stream, Tail};

use super::error::FirewallError;

/// How long a program may take: longer than it waits for the lock of another ([`super::iptables`]).
const LIMIT: Duration = Duration::from_secs(10);
/// How long after that it is killed.
const KILL_AFTER: Duration = Duration::from_secs(1);
/// The most that is read of what it prints: some thousand rules.
const MOST_OUTPUT: usize = 1_024 * 1_024;
/// How much is kept of what it says about its failure.
const MOST_SAID: usize = 1_024;

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
        let mut child = Child::spawn_reading(&self.spec(arguments), input.as_bytes(), Output::new())?;
        let ended = child.ended().await;
        let output = child.into_observer();
        match ended {
            Ended { timed_out: true, .. } => Err(FirewallError::TimedOut { command: command(), limit: self.limit }),
            Ended { how: How::Exited(0), .. } if output.is_too_long => {
                Err(FirewallError::TooLong { command: command(), limit: MOST_OUTPUT })
            }
            Ended { how: How::Exited(0), .. } => Ok(String::from_utf8_lossy(&output.out).into_owned()),
            Ended { how, .. } => Err(FirewallError::Failed { command: command(), how, said: output.said() }),
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

/// What a program prints, within bounds.
struct Output {
    out: Vec<u8>,
    is_too_long: bool,
    err: Tail,
}

impl Output {
    fn new() -> Self {
        Self { out: Vec::new(), is_too_long: false, err: Tail::new(MOST_SAID) }
    }

    /// What it said on standard error, in one line.
    fn said(self) -> String {
        let said = self.err.into_kept().tail;
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if lines.is_empty() { "it said nothing".to_owned() } else { lines.join("; ") }
    }
}

impl Observer for Output {
    fn observe(&mut self, stream: Stream, bytes: &[u8]) {
        match stream {
            Stream::Err => self.err.push(bytes),
            Stream::Out if self.out.len() + bytes.len() > MOST_OUTPUT => self.is_too_long = true,
            Stream::Out => self.out.extend_from_slice(bytes),
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
