//! How a job's command is started, and what its end means for the exit status.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bellwether_core::claim::{Exit, KeptOutput};
use bellwether_core::duration;
use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::time::Tick;
use bellwether_host::child::{Child, CommandSpec, Ended, How, Observer, OutputMode, SpawnError, Stream, Tail};

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
    /// Starts the command; it and its group die with this program. `lock` stays open in the command.
    ///
    /// # Errors
    /// With the exit status that says why it could not be started; standard error has been told.
    pub(crate) fn start(
        &self,
        env: Vec<(String, String)>,
        lock: Option<OwnedFd>,
        output: &Output,
    ) -> Result<JobChild, Exit> {
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
        Child::spawn(&spec, output.clone()).map_err(|error| self.not_started(&error))
    }

    fn not_started(&self, error: &SpawnError) -> Exit {
        self.console.error(&format!("the command was not started: {error}"));
        let (status, retryable) = match error {
            SpawnError::NotFound { .. } => (exit_status::NOT_FOUND, false),
            SpawnError::NotExecutable { .. } => (exit_status::CANNOT_EXECUTE, false),
            // No memory, processes or descriptors left: that can pass.
            SpawnError::Other { .. } => (exit_status::CANNOT_EXECUTE, true),
        };
        Exit { status: i32::from(status), retryable }
    }

    /// What the end of the command means. `told_to_end`: a signal was passed on to it.
    pub(crate) fn exit(&self, ended: Ended, told_to_end: bool) -> Exit {
        if ended.timed_out {
            let limit = self.timeout.unwrap_or_default();
            self.console.error(&format!("the command was stopped after {}", duration::display(limit)));
            return Exit { status: i32::from(exit_status::TIMED_OUT), retryable: !told_to_end };
        }
        let status = match ended.how {
            How::Exited(status) => status,
            How::Signaled(signal) => exit_status::signaled(signal),
        };
        Exit { status, retryable: status != 0 && !told_to_end }
    }
}
