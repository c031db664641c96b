//! What is to be run, and how.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::time::Duration;

/// A command, run directly, without a shell.
pub struct CommandSpec {
    /// A path, or a name to look for on `PATH`.
    pub program: OsString,
    /// Its arguments, verbatim.
    pub args: Vec<OsString>,
    /// Variables added to the environment that it inherits.
    pub env: Vec<(String, String)>,
    /// Descriptors that it inherits besides the standard three, under the same numbers: a lock's, for example.
    pub inherit: Vec<OwnedFd>,
    /// What becomes of its output.
    pub output: OutputMode,
    /// Whether it must not outlive us: when we die or stop, it is killed with its whole group.
    pub tied: bool,
    /// How long it may run before its group gets TERM.
    pub timeout: Option<Duration>,
    /// How long after a timeout's TERM the group gets KILL.
    pub kill_after: Duration,
}

/// What becomes of a command's output, besides being observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputMode {
    /// It goes on to our own standard output and error, separately, byte for byte, as it comes.
    PassThrough,
    /// Both go on to our own standard error, for a command whose output is no result of ours.
    ToStderr,
    /// It goes nowhere else.
    Capture,
    /// It goes nowhere else, and both outputs are one, as `2>&1` makes them: what is written first is seen first. All
    /// of it is observed as standard output.
    CaptureMerged,
}
