//! Running the programs under test: a clean environment, an end in any case, and what it cost.

mod output;
mod sandbox;
mod terminal;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use wait4::{ResourceUsage, Wait4};

use output::Output;
pub use sandbox::Sandbox;
pub use terminal::Screen;

/// How long a program may run when a test does not say.
const DEADLINE: Duration = Duration::from_secs(60);

/// A program about to be run.
#[derive(Debug, Clone)]
pub struct Run {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
    directory: Option<PathBuf>,
    stdin: Vec<u8>,
    deadline: Duration,
}

impl Run {
    /// A program with an environment of `PATH` alone. Mostly one takes [`Sandbox::run`], which adds a home.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let path = std::env::var_os("PATH").map(|path| (OsString::from("PATH"), path));
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: path.into_iter().collect(),
            directory: None,
            stdin: Vec::new(),
            deadline: DEADLINE,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// Sets environment variables.
    #[must_use]
    pub fn envs(mut self, variables: &[(&str, &str)]) -> Self {
        for (name, value) in variables {
            self = self.env(name, value);
        }
        self
    }

    /// The directory it runs in.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// What it reads; empty when not set.
    #[must_use]
    pub fn stdin(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.stdin = input.into();
        self
    }

    /// How long it may run before it is killed and the test fails; 60 s when not set.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Starts it, as the leader of a process group of its own.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(self) -> Running {
        let mut command = self.command();
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let started = Instant::now();
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("cannot run {}: {error}", self.program.display()));
        output::feed(child.stdin.take().unwrap(), self.stdin.clone());
        let (stdout, stderr) = (Output::of(child.stdout.take().unwrap()), Output::of(child.stderr.take().unwrap()));
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
        let (sender, end) = channel();
        std::thread::spawn(move || {
            let used = child.wait4().expect("a child can be waited for");
            // Nobody listens any more once the test has given up on the program.
            let _ = sender.send(End { status: used.status, usage: used.rusage, wall: started.elapsed() });
        });
        Running { run: self, pid, started, stdout, stderr, end, over: false }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear().envs(&self.environment);
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When it cannot be started, or is not done by the deadline.
    pub fn finish(self) -> Finished {
        self.start().finish()
    }
}

struct End {
    status: ExitStatus,
    usage: ResourceUsage,
    wall: Duration,
}

/// A program that runs. Dropping it kills its whole process group.
#[derive(Debug)]
pub struct Running {
    run: Run,
    pid: Pid,
    started: Instant,
    stdout: Output,
    stderr: Output,
    end: Receiver<End>,
    over: bool,
}

impl Running {
    /// Its process id, which is also that of its process group.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends it, and only it, a signal.
    ///
    /// # Panics
    /// When it has ended.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid, signal).unwrap_or_else(|error| panic!("{signal} to {}: {error}", self.run.program.display()));
    }

    /// What it has written to its stdout so far.
    pub fn stdout_so_far(&self) -> Vec<u8> {
        self.stdout.so_far()
    }

    /// What it has written to its stderr so far.
    pub fn stderr_so_far(&self) -> Vec<u8> {
        self.stderr.so_far()
    }

    /// Waits for its end. Output that a descendant still holds open is waited for a moment only: a program that
    /// leaves one behind has ended all the same.
    ///
    /// # Panics
    /// When it is not done by the deadline; the message has its output.
    pub fn finish(mut self) -> Finished {
        let left = self.run.deadline.saturating_sub(self.started.elapsed());
        let end = match self.end.recv_timeout(left) {
            Ok(end) => end,
            Err(RecvTimeoutError::Timeout) => self.give_up(),
            Err(RecvTimeoutError::Disconnected) => panic!("nobody waits for {}", self.run.program.display()),
        };
        self.over = true;
        let (stdout, stderr) = (self.stdout.after_the_end(), self.stderr.after_the_end());
        Finished {
            code: end.status.code(),
            signal: end.status.signal(),
            stdout,
            stderr,
            wall: end.wall,
            cpu: end.usage.utime + end.usage.stime,
            max_rss: end.usage.maxrss,
        }
    }

    fn give_up(&self) -> ! {
        panic!(
            "{} {:?} is not done after {:?}\nstdout: {}\nstderr: {}",
            self.run.program.display(),
            self.run.arguments,
            self.run.deadline,
            String::from_utf8_lossy(&self.stdout.so_far()),
            String::from_utf8_lossy(&self.stderr.so_far()),
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.over {
            let _ = killpg(self.pid, Signal::SIGKILL);
        }
    }
}

/// A program that has ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Its exit status, unless a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// What it wrote to its stdout.
    pub stdout: Vec<u8>,
    /// What it wrote to its stderr.
    pub stderr: Vec<u8>,
    /// From its start to its end.
    pub wall: Duration,
    /// User and system time of it and of the descendants it waited for.
    pub cpu: Duration,
    /// The most memory it had resident, in bytes.
    pub max_rss: u64,
}

impl Finished {
    /// Its stdout as text.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Its stderr as text.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Itself, when its exit status is this one.
    ///
    /// # Panics
    /// When it is not; the message has its output.
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "signal: {:?}\nstdout: {}\nstderr: {}",
            self.signal,
            self.stdout_text(),
            self.stderr_text()
        );
        self
    }
}

#[cfg(test)]
mod tests;
