//! Runs the scripts that administrators have put into a directory for a state, as `run-parts(8)` does.
//!
//! - `scripts`: which files of a directory are scripts. `trust`: which of them may be run by root.
//! - `lines`: their output, in lines. [`outcome`]: how each ended.

mod lines;
pub mod outcome;
pub(crate) mod scripts;
mod trust;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::child::{Child, CommandSpec, OutputMode, Stream};
use crate::clock;
use crate::paths::is_root;

pub use outcome::{Ending, HookOutcome};
pub use scripts::HookError;
pub use trust::{Suspicion, suspicion};

use lines::Lines;
use scripts::Script;

/// What every script of a state is run with.
#[derive(Debug, Clone)]
pub struct Call {
    /// The arguments, verbatim.
    pub args: Vec<OsString>,
    /// Variables added to the environment that they inherit.
    pub env: Vec<(String, String)>,
    /// How long each may take before its process group gets TERM.
    pub timeout: Duration,
    /// How long after that the group gets KILL.
    pub kill_after: Duration,
}

/// What goes on while scripts run.
#[derive(Debug)]
pub enum HookEvent<'a> {
    /// A script is about to be started.
    Starting {
        /// Its file.
        script: &'a Path,
    },
    /// A script has printed a line, or a piece of a line that is longer than 4 KiB. What is not UTF-8 is replaced.
    Line {
        /// Its file.
        script: &'a Path,
        /// Where it printed it.
        stream: Stream,
        /// The line, without its end.
        text: &'a str,
    },
    /// A script has ended, or was not run.
    Ended(&'a HookOutcome),
}

/// Runs the scripts in `DIR/STATE`, one after the other, in the order of their names' bytes. A failure of one does not
/// keep the next from running. A directory that is not there has no scripts.
///
/// A script is an executable regular file, or a link to one, whose name is not left out: hidden files (`.x`), editors'
/// backups (`x~`, `x,`, `x.swp`), what package managers leave (`x.dpkg-*`, `x.rpm*`, `x.cfsaved`) and old revisions
/// (`x,v`). Root runs none that another user could have written: see [`Suspicion`].
///
/// It reads nothing, and its output goes to `tell` alone, up to a mebibyte a script. Dropping the future leaves a
/// script that runs alone. Must be called within a runtime.
///
/// # Errors
/// When the state is no plain file name, or the directory cannot be read or trusted; nothing is run then.
pub async fn run(
    dir: &Path,
    state: &str,
    call: &Call,
    mut tell: impl FnMut(HookEvent<'_>),
) -> Result<Vec<HookOutcome>, HookError> {
    let mut outcomes = Vec::new();
    for script in find(dir, state).await? {
        let outcome = match script {
            Script::Runnable(path) => run_one(path, call, &mut tell).await,
            Script::Suspect(path, why) => HookOutcome::not_run(path, Ending::Suspect(why)),
        };
        tell(HookEvent::Ended(&outcome));
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// The directory may be on a file system that hangs, so it is read on a thread of its own.
async fn find(dir: &Path, state: &str) -> Result<Vec<Script>, HookError> {
    let dir = scripts::directory_of(dir, state)?;
    let reading = tokio::task::spawn_blocking(move || scripts::find(&dir, is_root()));
    reading.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

async fn run_one(path: PathBuf, call: &Call, tell: &mut impl FnMut(HookEvent<'_>)) -> HookOutcome {
    tell(HookEvent::Starting { script: &path });
    let started = clock::mono();
    let mut lines = Lines::new(|stream, text: &str| tell(HookEvent::Line { script: &path, stream, text }));
    let ending = match Child::spawn_reading(&spec(&path, call), b"", |stream, bytes: &[u8]| lines.push(stream, bytes)) {
        Ok(mut child) => Ending::from(child.ended().await),
        Err(error) => Ending::NotStarted(error),
    };
    let output_left_out = lines.finish();
    HookOutcome { ending, took: clock::mono().since(started), output_left_out, script: path }
}

fn spec(path: &Path, call: &Call) -> CommandSpec {
    CommandSpec {
        program: path.into(),
        args: call.args.clone(),
        env: call.env.clone(),
        inherit: Vec::new(),
        output: OutputMode::Capture,
        tied: false,
        timeout: Some(call.timeout),
        kill_after: call.kill_after,
    }
}
