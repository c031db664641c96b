//! How a job's command is started, and what its end means for the exit status and for those who are told.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bellwether_core::claim::{Exit, KeptOutput};
use bellwether_core::duration;
use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::report::Ending;
use bellwether_core::time::{Mono, Tick};
use bellwether_host::child::{Child, CommandSpec, Ended, How, Observer, OutputMode, SpawnError, Stream, Tail};
use bellwether_host::signals::Signal;

use crate::exit_status;
use crate::render::console::Console;

/// How much of a command's output history keeps, in bytes.
const KEPT_OUTPUT: usize = 64 * 1024;

/// A job's command and the limits it runs under.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) program: OsString,
    pub(crate) args: Vec<OsString>,
    /// After this long it is stopped.
    pub(crate) timeout: Option<Duration>,
    /// How long it may take to stop before it is killed.
    pub(crate) kill_after: Duration,
    pub(crate) console: Console,
}

/// What a command is told about its run, as `BELLWETHER_*` variables.
pub(crate) struct RunVariables<'a> {
    pub(crate) job: &'a JobName,
    pub(crate) tick: Tick,
    pub(crate) run_id: &'a RunId,
    pub(crate) attempt: u32,
    /// 0 where no claim is made.
    pub(crate) fence: u64,
    pub(crate) node: &'a NodeId,
}

impl RunVariables<'_> {
    /// Names and values.
    pub(crate) fn list(&self) -> Vec<(String, String)> {
        [
            ("JOB", self.job.to_string()),
            ("TICK", self.tick.to_string()),
            ("RUN_ID", self.run_id.to_string()),
            ("ATTEMPT", self.attempt.to_string()),
            ("FENCE", self.fence.to_string()),
            ("NODE", self.node.to_string()),
        ]
        .into_iter()
        .map(|(name, value)| (format!("BELLWETHER_{name}"), value))
        .collect()
    }
}

/// How a command ended, or why there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CommandEnd {
    pub(crate) exit: Exit,
    pub(crate) ending: Ending,
}

impl CommandEnd {
    /// A command that was not started.
    pub(crate) fn not_started(status: u8, retryable: bool) -> Self {
        Self { exit: Exit { status: i32::from(status), retryable }, ending: Ending::NotStarted }
    }

    /// A command that was not started because we were told to end.
    pub(crate) fn interrupted(signal: Signal) -> Self {
        let exit = Exit { status: exit_status::signaled(signal as i32), retryable: false };
        Self { exit, ending: Ending::Interrupted }
    }
}

/// The end of what a command wrote, over all its attempts.
#[derive(Clone)]
pub(crate) struct Output(Arc<Mutex<Tail>>);

impl Output {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Tail::new(KEPT_OUTPUT))))
    }

    /// What there is so far.
    pub(crate) fn kept(&self) -> KeptOutput {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone().into_kept()
    }
}

impl Observer for Output {
    /// Keeps both streams in one, in the order in which they came.
    fn observe(&mut self, _: Stream, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

/// A job's command while it runs.
pub(crate) type JobChild = Child<Output>;

impl Launch {
    /// Starts the command; it and its group die with this program. `lock` stays open in the command. Under a
    /// lease the group gets TERM and KILL at these instants, also when this program is stopped from the first moment on.
    ///
    /// # Errors
    /// With what says why it could not be started; standard error has been told.
    pub(crate) fn start(
        &self,
        env: Vec<(String, String)>,
        lock: Option<OwnedFd>,
        lease: Option<(Mono, Mono)>,
        output: &Output,
    ) -> Result<JobChild, CommandEnd> {
        let spec = CommandSpec {
            program: self.program.clone(),
            args: self.args.clone(),
            env,
            inherit: lock.into_iter().collect(),
            output: OutputMode::PassThrough,
            tied: true,
            timeout: self.timeout,
            kill_after: self.kill_after,
        };
        let child = match lease {
            Some((term_at, kill_at)) => Child::spawn_until(&spec, term_at, kill_at, output.clone()),
            None => Child::spawn(&spec, output.clone()),
        };
        child.map_err(|error| self.not_started(&error))
    }

    fn not_started(&self, error: &SpawnError) -> CommandEnd {
        self.console.error(&format!("the command was not started: {error}"));
        match error {
            SpawnError::NotFound { .. } => CommandEnd::not_started(exit_status::NOT_FOUND, false),
            SpawnError::NotExecutable { .. } => CommandEnd::not_started(exit_status::CANNOT_EXECUTE, false),
            // No memory, processes or descriptors left, a directory that is not mounted yet: that can pass.
            SpawnError::Other { .. } | SpawnError::Directory { .. } | SpawnError::User { .. } => {
                CommandEnd::not_started(exit_status::CANNOT_EXECUTE, true)
            }
        }
    }

    /// What the end of the command means. `told_to_end`: a signal was passed on to it.
    pub(crate) fn end(&self, ended: Ended, told_to_end: bool) -> CommandEnd {
        if ended.timed_out {
            let limit = self.timeout.unwrap_or_default();
            self.console.error(&format!("the command was stopped after {}", duration::display(limit)));
            let exit = Exit { status: i32::from(exit_status::TIMED_OUT), retryable: !told_to_end };
            return CommandEnd { exit, ending: Ending::TimedOut };
        }
        let (status, ending) = match ended.how {
            How::Exited(0) => (0, Ending::Success),
            How::Exited(status) => (status, Ending::Failed),
            How::Signaled(signal) => (exit_status::signaled(signal), Ending::Killed),
        };
        // A command that was told to end and says that all is well is believed.
        let ending = if told_to_end && status != 0 { Ending::Interrupted } else { ending };
        CommandEnd { exit: Exit { status, retryable: status != 0 && !told_to_end }, ending }
    }
}
