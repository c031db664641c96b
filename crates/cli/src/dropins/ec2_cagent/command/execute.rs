//! Runs the command of a job to its end, whatever its end is.

use std::ffi::OsString;
use std::time::Duration;

use bellwether_core::collective::cap::KEPT;
use bellwether_core::collective::message::ReturnCode;
use bellwether_core::duration;
use bellwether_host::child::{Child, CommandSpec, Ended, How, OutputMode, SpawnError, Surroundings, Tail};
use bellwether_host::clock;
use bellwether_host::signals::{Signal, Signals};

use super::script::ScriptFile;
use crate::dropins::ec2_cagent::job::{Job, Work};

/// Who runs lines, as Python's `subprocess` has it.
const SHELL: &str = "/bin/sh";
/// Has the shell run a script with what follows it. The path is an argument, so that nothing in it is taken for shell.
const RUN_SCRIPT: &str = "\"$0\" ";
/// How long after its timeout a command is killed.
const KILL_AFTER: Duration = Duration::from_secs(5);
/// The status of a command that took too long, as timeout(1) has it. Its own may be 0.
const TIMED_OUT: i32 = 124;
/// The status of a script that could not be written.
const NO_SCRIPT: ReturnCode = ReturnCode::Agent(255);
/// ENOENT of errno(3).
const NOT_FOUND: i32 = 2;
/// EINVAL: the line holds a NUL.
const UNUSABLE: i32 = 22;

/// What is answered.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) output: String,
    pub(super) rc: ReturnCode,
    /// How much the command has written, of which `output` may be the end alone.
    pub(super) output_bytes: u64,
}

impl Outcome {
    fn without_output(why: String, rc: ReturnCode) -> Self {
        Self { output: why + "\n", rc, output_bytes: 0 }
    }
}

/// Runs a job. Must be called on the main thread.
pub(super) async fn execute(job: &Job) -> Outcome {
    match &job.work {
        Work::Line(line) => run(vec!["-c".into(), line.into()], job.timeout).await,
        Work::Script { payload, parameters } => match ScriptFile::write(&job.scripts, payload) {
            Ok(script) => {
                let line = format!("{RUN_SCRIPT}{}", parameters.as_deref().unwrap_or_default());
                run(vec!["-c".into(), line.into(), script.path().into()], job.timeout).await
            }
            Err(error) => {
                let place = job.scripts.display();
                Outcome::without_output(format!("not run: the script cannot be written to {place}: {error}"), NO_SCRIPT)
            }
        },
    }
}

async fn run(args: Vec<OsString>, timeout: Option<Duration>) -> Outcome {
    let spec = CommandSpec {
        program: SHELL.into(),
        args,
        env: Vec::new(),
        inherit: Vec::new(),
        output: OutputMode::CaptureMerged,
        tied: true,
        timeout,
        kill_after: KILL_AFTER,
    };
    let signals = Signals::install();
    let surroundings = Surroundings { without_secrets: true, ..Surroundings::default() };
    match Child::spawn_in(&surroundings, &spec, b"", Tail::new(KEPT)) {
        Ok(mut child) => {
            let (ended, was_stopped) = end_of(&mut child, signals.ok()).await;
            outcome(child, ended, was_stopped, timeout)
        }
        Err(error) => not_started(&error),
    }
}

/// Whoever tells us to stop, such as a service manager that ends all that the agent has started, means the command.
async fn end_of(child: &mut Child<Tail>, mut signals: Option<Signals>) -> (Ended, bool) {
    let mut was_stopped = false;
    loop {
        let told = async {
            match &mut signals {
                Some(signals) => signals.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            ended = child.ended() => return (ended, was_stopped),
            signal = told => {
                if !matches!(signal, Signal::SIGUSR1 | Signal::SIGUSR2) {
                    was_stopped = true;
                    child.terminate(clock::mono() + KILL_AFTER);
                }
            }
        }
    }
}

fn outcome(child: Child<Tail>, ended: Ended, was_stopped: bool, timeout: Option<Duration>) -> Outcome {
    let kept = child.into_observer().into_kept();
    let mut output = String::from_utf8_lossy(&kept.tail).into_owned();
    let rc = match ended.how {
        _ if ended.timed_out => TIMED_OUT,
        How::Exited(status) => status,
        How::Signaled(signal) => -signal,
    };
    if ended.timed_out {
        let limit = duration::display(timeout.unwrap_or_default());
        add_line(&mut output, &format!("--- TIMED OUT after {limit} ---"));
    } else if was_stopped {
        add_line(&mut output, "--- ENDED: this host's service manager stopped it ---");
    }
    Outcome { output, rc: ReturnCode::Command(rc), output_bytes: kept.total }
}

fn add_line(output: &mut String, line: &str) {
    if !output.is_empty() && !output.ends_with('\n') {
        output.push('\n');
    }
    output.push_str(line);
    output.push('\n');
}

fn not_started(error: &SpawnError) -> Outcome {
    let rc = match error {
        SpawnError::NotFound { .. } => NOT_FOUND,
        SpawnError::NotExecutable { source, .. }
        | SpawnError::Other { source, .. }
        | SpawnError::Directory { source, .. }
        | SpawnError::User { source, .. } => source.raw_os_error().unwrap_or(UNUSABLE),
    };
    Outcome::without_output(format!("not run: {error}"), ReturnCode::Command(rc))
}
