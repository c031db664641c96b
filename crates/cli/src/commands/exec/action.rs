//! What is run, from the options.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::environment::Environment;
use bellwether_core::fleet::bytes::Bytes;
use bellwether_core::fleet::request::{Action, Command, Run};
use clap::Args;

use crate::failure::Failure;

/// The most bytes of a script, and of an input: with base64, the names and the signature they fit into one message.
const LARGEST: u64 = 128 * 1024;

/// What is run, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is run")]
pub(super) struct ActionArgs {
    /// The command and its arguments, run without a shell; with --script, the script's arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,

    /// Run this line with /bin/sh
    #[arg(long, value_name = "LINE", conflicts_with_all = ["command", "script"])]
    shell: Option<String>,

    /// Send this file and run it there; its first line names the interpreter
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,

    /// What the command reads: a file, or - for standard input
    #[arg(long, value_name = "FILE")]
    stdin: Option<PathBuf>,

    /// A variable for the command's environment; without a value, the one it has here. May be given again
    #[arg(long = "env", value_name = "NAME[=VALUE]", value_parser = variable)]
    env: Vec<(String, Option<String>)>,

    /// As which user it runs
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// In which directory it runs
    #[arg(long, value_name = "DIR")]
    directory: Option<String>,

    /// How long it may run before its process group is ended
    #[arg(long, value_name = "DUR", default_value = "5m", value_parser = duration::parse_positive)]
    timeout: Duration,

    /// How many bytes of each output stream are kept at its head, and again at its tail
    #[arg(long, value_name = "BYTES", default_value_t = 65_536)]
    output_limit: u32,
}

impl ActionArgs {
    /// What the nodes are asked to do.
    ///
    /// # Errors
    /// When nothing is given to be run, a file cannot be read or is too large, or a variable has no value in `own`.
    pub(super) fn action(&self, own: &Environment) -> Result<Action, Failure> {
        let stdin = match &self.stdin {
            None => Vec::new(),
            Some(path) if path == Path::new("-") => bounded(std::io::stdin().lock(), "standard input")?,
            Some(path) => read(path)?,
        };
        Ok(Action::Run(Box::new(Run {
            command: self.command()?,
            stdin: Bytes(stdin),
            env: self.variables(own)?,
            user: self.user.clone(),
            directory: self.directory.clone(),
            timeout_ms: u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX),
            output_limit: self.output_limit,
        })))
    }

    /// How long a node may work at it.
    pub(super) const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The command in one line, without what it reads and without its environment.
    pub(super) fn summary(&self) -> String {
        match (&self.shell, &self.script) {
            (Some(line), _) => line.clone(),
            (None, Some(path)) => format!("script {} {}", path.display(), self.command.join(" ")),
            (None, None) => self.command.join(" "),
        }
    }

    fn variables(&self, own: &Environment) -> Result<BTreeMap<String, String>, Failure> {
        let value = |name: &str| {
            own.get(name).map(str::to_owned).ok_or_else(|| {
                Failure::usage(format!("--env {name}: there is no variable {name} here, or it is empty"))
                    .remedy(format!("set and export it, or give it a value with --env {name}=VALUE"))
            })
        };
        self.env
            .iter()
            .map(|(name, given)| Ok((name.clone(), given.clone().map_or_else(|| value(name), Ok)?)))
            .collect()
    }

    fn command(&self) -> Result<Command, Failure> {
        command(self.shell.as_deref(), self.script.as_deref(), &self.command)
    }
}

/// The command that a line for the shell, or the file of a script with its arguments, or a program with them makes.
///
/// # Errors
/// When nothing is given to be run, or the script cannot be read, is too large or no text.
pub(crate) fn command(shell: Option<&str>, script: Option<&Path>, words: &[String]) -> Result<Command, Failure> {
    match (shell, script) {
        (Some(line), _) => Ok(Command::Shell(line.to_owned())),
        (None, Some(path)) => {
            let text = String::from_utf8(read(path)?).map_err(|_| {
                Failure::usage(format!("{} is not UTF-8 text", path.display()))
                    .remedy("a program is better installed on the nodes, and named with '-- COMMAND'")
            })?;
            Ok(Command::Script { text, args: words.to_vec() })
        }
        (None, None) if words.is_empty() => Err(Failure::usage("nothing is given to be run")
            .remedy("add '-- COMMAND ARG...', --shell LINE or --script FILE")),
        (None, None) => Ok(Command::Argv(words.to_vec())),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let file = std::fs::File::open(path)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
    bounded(file, &path.display().to_string())
}

fn bounded(source: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    source
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::usage(format!("cannot read {name}: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::usage(format!("{name} has more than {LARGEST} bytes"))
            .remedy("put it where the nodes can fetch it, and run a command that does"));
    }
    Ok(bytes)
}

/// A name, with a value after `=`, or alone.
fn variable(text: &str) -> Result<(String, Option<String>), String> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value.to_owned())));
    if name.is_empty() { Err("write NAME=VALUE, or NAME".to_owned()) } else { Ok((name.to_owned(), value)) }
}
