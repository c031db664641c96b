//! A host of a test's own: how its jobs are run, and what became of them.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bellwether_testkit::process::{Run, Running, Sandbox};
use jiff::Timestamp;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::bellwether;

/// How long a condition is waited for: far longer than it takes on a machine that is merely busy.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A tick that stays the same while a test runs.
pub(super) const ONE_TICK: [&str; 2] = ["--every", "1000d"];

/// A tick for every second.
pub(super) const EACH_SECOND: [&str; 2] = ["--every", "1s"];

/// A host without configuration and without a store yet.
pub(super) struct Host {
    pub(super) sandbox: Sandbox,
}

impl Host {
    pub(super) fn new() -> Self {
        Self { sandbox: Sandbox::new() }
    }

    /// `bellwether` with these arguments, in the home directory.
    pub(super) fn bellwether(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        self.sandbox.run(bellwether()).args(arguments).deadline(PATIENCE * 2)
    }

    /// `bellwether once JOB FLAGS -- COMMAND`
    pub(super) fn once(&self, job: &str, flags: &[&str], command: &[&str]) -> Run {
        self.bellwether(["once", job]).args(flags).arg("--").args(command)
    }

    /// A shell script as the command.
    pub(super) fn script(&self, job: &str, flags: &[&str], script: &str) -> Run {
        self.once(job, flags, &["/bin/sh", "-c", script])
    }

    /// The runs of the default store, the newest first.
    pub(super) fn history(&self) -> Vec<Value> {
        self.history_with(&["--limit", "1000"])
    }

    /// The same, with flags.
    pub(super) fn history_with(&self, flags: &[&str]) -> Vec<Value> {
        let text = self.bellwether(["history", "--json"]).args(flags).finish().expect_code(0).stdout_text();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
    }

    /// The only run there is.
    pub(super) fn only_run(&self) -> Value {
        let mut runs = self.history();
        assert_eq!(runs.len(), 1, "{runs:#?}");
        runs.remove(0)
    }

    /// A file in the home directory, which is where commands run.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.sandbox.home().join(name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.file(name).exists()
    }

    pub(super) fn write(&self, name: &str, content: &str) -> PathBuf {
        self.sandbox.write(&format!("home/{name}"), content)
    }

    /// The lines of a file; none when it is missing.
    pub(super) fn lines(&self, name: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.file(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Waits until a command has written a whole line to a file, and gives the last one.
    pub(super) fn wait_for_line(&self, name: &str) -> String {
        until(name, || {
            let text = std::fs::read_to_string(self.file(name)).ok()?;
            text.ends_with('\n').then(|| text.lines().last().map(str::to_owned)).flatten()
        })
    }

    /// Waits until a command has written a process id.
    pub(super) fn wait_for_pid(&self, name: &str) -> Pid {
        Pid::from_raw(self.wait_for_line(name).parse().unwrap())
    }

    /// Where the default store is.
    pub(super) fn store(&self) -> PathBuf {
        self.sandbox.state().join("bellwether/bellwether.db")
    }
}

/// Waits for something.
pub(super) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(since.elapsed() < PATIENCE, "waited too long for: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process runs; one that is dead and unreaped does not.
pub(super) fn is_alive(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

pub(super) fn wait_for_death(pid: Pid) {
    until(&format!("the end of process {pid}"), || (!is_alive(pid)).then_some(()));
}

/// Ends a process that a test has left in the background on purpose.
pub(super) fn end(pid: Pid) {
    let _ = kill(pid, Signal::SIGKILL);
    wait_for_death(pid);
}

/// Waits until the clock shows a later second than the current one: the next tick of [`EACH_SECOND`].
pub(super) fn next_second() {
    let now = Timestamp::now().as_second();
    until("the next second", || (Timestamp::now().as_second() > now).then_some(()));
}

/// Waits until a program has opened the host's store.
pub(super) fn wait_until_open(host: &Host, running: &Running) {
    let fds = format!("/proc/{}/fd", running.pid());
    until("the store to be opened", || {
        let mut open = std::fs::read_dir(&fds).ok()?.filter_map(|fd| std::fs::read_link(fd.ok()?.path()).ok());
        open.any(|path| path == host.store()).then_some(())
    });
}
