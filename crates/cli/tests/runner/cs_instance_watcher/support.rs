//! An instance of a CloneSquad group that serves two ports, and its watcher.

use std::path::{Path, PathBuf};

use bellwether_testkit::clonesquad::FakeCloneSquad;
use bellwether_testkit::netns::private_network;
use bellwether_testkit::process::{Finished, Run, Running, Sandbox};
use bellwether_testkit::script::install_program;
use bellwether_testkit::traffic::{addresses, echo_on};
use nix::sys::signal::Signal;

use crate::support::{bellwether, wait_until};

/// The ports that are blocked, as arguments.
pub(super) const BLOCK: [&str; 3] = ["--on-draining-block-new-connections-to-ports", "80", "443"];
/// A port that is served and not blocked.
pub(super) const OTHER_PORT: u16 = 8_080;

/// An instance, in the network of this thread.
pub(super) struct Node {
    pub(super) squad: FakeCloneSquad,
    pub(super) sandbox: Sandbox,
}

/// Runs a test on an instance in a network of its own.
pub(super) fn on_instance(test: impl FnOnce(&Node) + Send) {
    private_network(|| {
        echo_on([80, 443, OTHER_PORT]);
        test(&Node { squad: FakeCloneSquad::start(), sandbox: Sandbox::new() });
    });
}

/// The old program's name, without an instance around it.
pub(super) fn bare(sandbox: &Sandbox) -> Run {
    sandbox.run(sandbox.called("cs-instance-watcher", bellwether()))
}

impl Node {
    /// The watcher, behind other words that start it.
    pub(super) fn behind(&self, words: &[&str]) -> Run {
        let link = self.sandbox.called("cs-instance-watcher", bellwether());
        let run = match words {
            [] => self.sandbox.run(link),
            [program, rest @ ..] => self.sandbox.run(program).args(rest).arg(link),
        };
        let run = self.squad.environment().into_iter().fold(run, |run, (name, value)| run.env(name, value));
        let scripts = self.scripts();
        run.arg("--script-dir").arg(scripts).args(["--api-polling-period", "1"])
    }

    /// The watcher, which asks every second.
    pub(super) fn watcher(&self, arguments: &[&str]) -> Run {
        self.behind(&[]).args(arguments)
    }

    /// The same, running and ready.
    pub(super) fn watch(&self, arguments: &[&str]) -> Watching {
        Watching::start(self.watcher(arguments))
    }

    /// The same, with ports 80 and 443.
    pub(super) fn guard(&self, arguments: &[&str]) -> Watching {
        self.watch(&[&BLOCK[..], arguments].concat())
    }

    /// The directory of the scripts.
    pub(super) fn scripts(&self) -> PathBuf {
        self.sandbox.path().join("scripts")
    }

    /// A script for a state.
    pub(super) fn script(&self, state: &str, name: &str, text: &str) -> PathBuf {
        let path = self.scripts().join(state).join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        install_program(&path, &format!("#!/bin/sh\n{text}\n"));
        path
    }

    /// Scripts that note, for each of these states, with which arguments they were run.
    pub(super) fn note_changes_to(&self, states: &[&str]) {
        for state in states {
            self.script(state, "note", "echo \"$@\" >> $HOME/notes");
        }
    }

    /// What they have noted.
    pub(super) fn notes(&self) -> Vec<String> {
        let notes = std::fs::read_to_string(self.sandbox.home().join("notes")).unwrap_or_default();
        notes.lines().map(str::to_owned).collect()
    }

    pub(super) fn wait_for_notes(&self, notes: &[&str]) {
        wait_until(&format!("{notes:?} are noted"), || self.notes() == notes);
    }

    /// How often the API was asked until now, and how often again: an answer to the second of the next two questions
    /// was given to a program that has taken the first.
    pub(super) fn wait_for_polls(&self) {
        let before = self.squad.requests().len();
        wait_until("the API was asked twice", || self.squad.requests().len() >= before + 2);
    }
}

/// A watcher that runs.
pub(super) struct Watching(pub(super) Running);

impl Watching {
    pub(super) fn start(run: Run) -> Self {
        Self(run.start())
    }

    /// Its log on standard error, so far.
    pub(super) fn log(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr_so_far()).into_owned()
    }

    pub(super) fn wait_for_log(&self, text: &str) {
        wait_until(&format!("the log has '{text}'"), || self.log().contains(text));
    }

    /// Stops it as a service manager does.
    pub(super) fn stop(self) -> Finished {
        self.0.signal(Signal::SIGTERM);
        self.0.finish().expect_code(0)
    }

    /// Ends it as a crash does.
    pub(super) fn kill(self) {
        self.0.signal(Signal::SIGKILL);
        self.0.finish();
    }
}

fn each_connects(port: u16) -> [bool; 2] {
    addresses(port).map(|address| std::net::TcpStream::connect(address).is_ok())
}

/// Waits until a port refuses new connections on both addresses.
pub(super) fn wait_until_refused(port: u16) {
    wait_until(&format!("port {port} refuses"), || each_connects(port) == [false, false]);
}

/// Waits until a port lets connections in on both addresses.
pub(super) fn wait_until_open(port: u16) {
    wait_until(&format!("port {port} is open"), || each_connects(port) == [true, true]);
}

/// Whether a port lets connections in now.
pub(super) fn is_open(port: u16) -> bool {
    each_connects(port) == [true, true]
}

/// The text of a file that may not be there yet.
pub(super) fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
