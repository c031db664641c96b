//! Five nodes: where each of them lives and what its clock says.

use std::path::PathBuf;
use std::time::Duration;

use bellwether_testkit::bridge::{Bridge, NodeNetwork};
use bellwether_testkit::process::{Run, Sandbox};
use bellwether_testkit::wrong_clock::WrongClock;

/// How many there are.
pub(super) const NODES: usize = 5;
/// The node whose clock is three minutes ahead.
pub(super) const AHEAD: usize = 1;
/// How many milliseconds the clocks of the nodes are ahead, or behind.
const OFFSETS: [i64; NODES] = [0, 180_000, -180_000, -400, 0];
/// How much later than the true second a node's own second begins.
const LAGS: [Duration; NODES] =
    [Duration::ZERO, Duration::ZERO, Duration::ZERO, Duration::from_millis(400), Duration::ZERO];

/// The nodes, and the directory that they share.
pub(super) struct Fleet {
    sandbox: Sandbox,
    nodes: Vec<Node>,
}

/// One of them.
pub(super) struct Node {
    pub(super) number: usize,
    /// None when all nodes are one host.
    network: Option<NodeNetwork>,
    /// None when it is right.
    clock: Option<WrongClock>,
}

impl Fleet {
    /// Five wrappers of one host.
    pub(super) fn on_one_host() -> Self {
        let node = |number| Node { number, network: None, clock: None };
        Self { sandbox: Sandbox::new(), nodes: (0..NODES).map(node).collect() }
    }

    /// Five hosts around a bridge in the network of this thread; three of them have wrong clocks.
    pub(super) fn of_hosts() -> Self {
        let bridge = Bridge::here();
        let node = |number: usize| Node {
            number,
            network: Some(bridge.connect(number)),
            clock: (OFFSETS[number] != 0).then(|| WrongClock::ahead_by(OFFSETS[number])),
        };
        Self { sandbox: Sandbox::new(), nodes: (0..NODES).map(node).collect() }
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Whether nodes can be cut off.
    pub(super) fn has_networks(&self) -> bool {
        self.nodes.iter().all(|node| node.network.is_some())
    }

    /// The directory that all commands run in, unless they have one of their own below it.
    pub(super) fn directory(&self) -> PathBuf {
        self.sandbox.home()
    }

    /// Makes a directory for commands of their own.
    pub(super) fn make_directory(&self, name: &str) -> PathBuf {
        let directory = self.sandbox.home().join(name);
        std::fs::create_dir(&directory).unwrap();
        directory
    }

    /// A program with the homes that the nodes share.
    pub(super) fn run(&self, program: impl Into<PathBuf>) -> Run {
        self.sandbox.run(program)
    }

    /// Writes an executable script and gives its path.
    pub(super) fn script(&self, name: &str, script: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.sandbox.write(name, format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }
}

impl Node {
    /// Its name in the group.
    pub(super) fn name(&self) -> String {
        format!("n{}", self.number)
    }

    /// How much later than the true second its cron sees a second begin.
    pub(super) fn lag(&self) -> Duration {
        if self.clock.is_some() { LAGS[self.number] } else { Duration::ZERO }
    }

    /// Runs a closure where it lives.
    pub(super) fn enter<T: Send>(&self, run: impl FnOnce() -> T + Send) -> T {
        match &self.network {
            Some(network) => network.enter(run),
            None => run(),
        }
    }

    /// The program as it sees the time there.
    pub(super) fn with_its_clock(&self, run: Run) -> Run {
        match &self.clock {
            Some(clock) => clock.shown_to(run),
            None => run,
        }
    }

    /// Cuts it off from all others.
    pub(super) fn cut(&self) {
        self.network.as_ref().expect("a network to be cut off from").cut();
    }

    /// Ends [`Node::cut`].
    pub(super) fn restore(&self) {
        self.network.as_ref().expect("a network to be cut off from").restore();
    }
}
