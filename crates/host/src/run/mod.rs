//! Starts what a caller of the fleet asks for: a command with surroundings of its own.
//!
//! `script`: scripts without a file. `descriptors`: what commands must not get from us.

mod descriptors;
mod script;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_core::fleet::request::{Command, Run};

use crate::child::{Child, CommandSpec, Observer, OutputMode, Surroundings};
use crate::users::RunAs;
pub use descriptors::keep_descriptors;
use script::Script;

/// Where programs are looked for, unless the caller says otherwise.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Where a command starts, unless the caller says otherwise.
const DIRECTORY: &str = "/";
/// How long after a timeout's TERM the group gets KILL.
const KILL_AFTER: Duration = Duration::from_secs(5);

/// Starts a command, with a clean environment: `PATH`, `HOME`, `USER`, `LOGNAME`, `SHELL`, then what the
/// caller set, and then what is `given`, which no caller can forge. It is not tied to us: when we die it goes on, for it may be in the middle of something.
///
/// # Errors
/// When it cannot be started, and why, in words for the caller; nothing runs then.
pub fn start<O: Observer>(
    run: &Run,
    user: &RunAs,
    given: &[(String, String)],
    timeout: Duration,
    observer: O,
) -> Result<Child<O>, String> {
    let script = match &run.command {
        Command::Script { text, .. } => {
            Some(Script::new(text).map_err(|error| format!("cannot keep the script: {error}"))?)
        }
        Command::Argv(_) | Command::Shell(_) => None,
    };
    let words = words(&run.command, script.as_ref());
    let Some((program, args)) = words.split_first() else { return Err("the command names no program".to_owned()) };
    let spec = CommandSpec {
        program: program.clone(),
        args: args.to_vec(),
        env: environment(run, user, given),
        inherit: script.map(Script::into_descriptor).into_iter().collect(),
        output: OutputMode::Capture,
        tied: false,
        timeout: Some(timeout),
        kill_after: KILL_AFTER,
    };
    let surroundings = Surroundings {
        clean_environment: true,
        // Entered by the command itself, as its user: who looked at it as root would tell what the user must not know.
        directory: Some(PathBuf::from(run.directory.as_deref().unwrap_or(DIRECTORY))),
        identity: user.identity.clone(),
        ..Surroundings::default()
    };
    Child::spawn_in(&surroundings, &spec, &run.stdin.0, observer).map_err(|error| error.to_string())
}

fn words(command: &Command, script: Option<&Script>) -> Vec<OsString> {
    let taken = |words: &[String]| words.iter().map(OsString::from).collect::<Vec<_>>();
    match command {
        Command::Argv(argv) => taken(argv),
        Command::Shell(line) => ["/bin/sh", "-c", line].map(OsString::from).into(),
        Command::Script { args, .. } => script.map(Script::path).into_iter().chain(taken(args)).collect(),
    }
}

fn environment(run: &Run, user: &RunAs, given: &[(String, String)]) -> Vec<(String, String)> {
    let of_user = |name: &str, path: &Path| (name.to_owned(), path.to_string_lossy().into_owned());
    let mut variables = vec![
        ("PATH".to_owned(), PATH.to_owned()),
        of_user("HOME", &user.home),
        of_user("SHELL", &user.shell),
        ("USER".to_owned(), user.name.clone()),
        ("LOGNAME".to_owned(), user.name.clone()),
    ];
    variables.extend(run.env.iter().map(|(name, value)| (name.clone(), value.clone())));
    variables.extend_from_slice(given);
    variables
}
