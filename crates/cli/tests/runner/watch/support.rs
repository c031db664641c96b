//! A node with its scripts, and the world around it.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use bellwether_testkit::clonesquad::FakeCloneSquad;
use bellwether_testkit::process::{Run, Running, Sandbox};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::support::bellwether;

/// How long anything is waited for: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// A node.
pub(crate) struct Node {
    pub(crate) sandbox: Sandbox,
    pub(crate) squad: FakeCloneSquad,
}

impl Node {
    /// An instance that is running and in a group of CloneSquad, with a script for every state that writes down its
    /// arguments. Must be called within the private network.
    pub(crate) fn new() -> Self {
        let node = Self { sandbox: Sandbox::new(), squad: FakeCloneSquad::start() };
        for state in
            ["running", "other", "at-risk", "scheduled", "out-of-service", "draining", "stopping", "terminating"]
        {
            node.script(state, "50-note", "echo \"$1 $2\" >> $HOME/ran");
        }
        node
    }

    /// Puts a script of sh into a state's directory.
    pub(crate) fn script(&self, state: &str, name: &str, text: &str) {
        let path = self.sandbox.write(&format!("hooks/{state}/{name}"), format!("#!/bin/sh\n{text}\n"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// What the scripts have written down so far, line by line.
    pub(crate) fn ran(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.sandbox.home().join("ran")).unwrap_or_default();
        text.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    /// `bellwether watch`, which asks every second.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.as_watch(self.sandbox.run(bellwether()), arguments)
    }

    /// The same, as what follows the words that a run has already.
    pub(crate) fn as_watch(&self, run: Run, arguments: &[&str]) -> Run {
        let hooks = self.sandbox.path().join("hooks");
        let mut run = run.arg("watch").arg("--hooks").arg(hooks).args(["--poll", "1s"]);
        run = run.args(arguments).deadline(PATIENCE * 2);
        for (name, value) in self.squad.environment() {
            run = run.env(name, value);
        }
        run
    }

    /// The same, started, with this source.
    pub(crate) fn watch(&self, source: &str, arguments: &[&str]) -> Running {
        self.run(&[&["--source", source], arguments].concat()).start()
    }

    /// What the program keeps.
    pub(crate) fn memory(&self) -> Value {
        let text = std::fs::read(self.sandbox.state().join("bellwether/watch.json")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// The last state that was acted on.
    pub(crate) fn state(&self) -> String {
        self.memory()["journal"]["state"].as_str().unwrap_or_default().to_owned()
    }

    /// Waits until this state was acted on, and nothing is left to do.
    pub(crate) fn settled_in(&self, watch: &Running, state: &str) {
        until(watch, &format!("the node is {state} and all is done"), || {
            let journal = &self.memory()["journal"];
            journal["state"] == state && journal["tasks"].as_array().is_some_and(Vec::is_empty)
        });
    }
}

/// Kills the program at once; when this returns it is gone.
pub(crate) fn killed(watch: Running) {
    watch.signal(Signal::SIGKILL);
    assert_eq!(watch.finish().signal, Some(9));
}

/// Waits until something is so; the program's log tells why not.
pub(crate) fn until(watch: &Running, what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "never: {what}\n{}", log(watch));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until the log has this text.
pub(crate) fn until_logged(watch: &Running, text: &str) {
    until(watch, &format!("the log has '{text}'"), || log(watch).contains(text));
}

/// What the program has logged so far.
pub(crate) fn log(watch: &Running) -> String {
    String::from_utf8_lossy(&watch.stderr_so_far()).into_owned()
}

/// A server that lets everybody in.
pub(crate) fn listen(address: &str) -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(address).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Whether a new connection is let in; a refused one is refused at once.
pub(crate) fn lets_in(address: SocketAddr) -> bool {
    match TcpStream::connect_timeout(&address, Duration::from_secs(20)) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused, "{error}");
            false
        }
    }
}
