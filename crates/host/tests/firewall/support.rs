//! Firewalls of each kind, each in a network of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bellwether_host::firewall::{Backend, Firewall, Outcome, Ports, Unavailable};
use bellwether_testkit::netns::private_network;
use tempfile::TempDir;

/// The programs that a way is found by, and what they are on this machine.
pub(crate) struct Way {
    pub(crate) name: &'static str,
    pub(crate) backend: Backend,
    programs: &'static [(&'static str, &'static str)],
}

/// Every way there is: `iptables` is one program over nftables' kernel parts, and another over the old ones.
pub(crate) const WAYS: [Way; 3] = [
    Way { name: "nft", backend: Backend::Nft, programs: &[("nft", "nft")] },
    Way {
        name: "iptables-nft",
        backend: Backend::Iptables,
        programs: &[
            ("iptables", "iptables-nft"),
            ("iptables-restore", "iptables-nft-restore"),
            ("ip6tables", "ip6tables-nft"),
            ("ip6tables-restore", "ip6tables-nft-restore"),
        ],
    },
    Way {
        name: "iptables-legacy",
        backend: Backend::Iptables,
        programs: &[
            ("iptables", "iptables-legacy"),
            ("iptables-restore", "iptables-legacy-restore"),
            ("ip6tables", "ip6tables-legacy"),
            ("ip6tables-restore", "ip6tables-legacy-restore"),
        ],
    },
];

impl Way {
    /// The program that plays this part here.
    pub(crate) fn program(&self, part: &str) -> String {
        let (_, program) = self.programs.iter().find(|(name, _)| *name == part).expect("a program of this way");
        format!("/usr/sbin/{program}")
    }

    /// A directory with the programs of this way and no others.
    pub(crate) fn directory(&self) -> TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, _) in self.programs {
            let target = self.program(name);
            assert!(Path::new(&target).exists(), "no {target}: run tests/setup.sh");
            std::os::unix::fs::symlink(target, directory.path().join(name)).unwrap();
        }
        directory
    }
}

/// A firewall, driven from a thread that is in its network.
pub(crate) struct Driven {
    runtime: tokio::runtime::Runtime,
    firewall: Firewall,
    /// Keeps the directory of its programs.
    _directory: Option<TempDir>,
}

impl Driven {
    pub(crate) fn find(directories: &[PathBuf]) -> Result<Self, Unavailable> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let firewall = runtime.block_on(Firewall::detect_in(directories))?;
        Ok(Self { runtime, firewall, _directory: None })
    }

    /// The firewall of this way, in the network of this thread.
    pub(crate) fn of(way: &Way) -> Self {
        let directory = way.directory();
        let driven = Self::find(&[directory.path().to_owned()]).unwrap();
        assert_eq!(driven.firewall.backend(), way.backend);
        Self { _directory: Some(directory), ..driven }
    }

    pub(crate) fn reconcile(&mut self, wanted: Option<&Ports>) -> Outcome {
        self.runtime.block_on(self.firewall.reconcile(wanted)).unwrap()
    }

    pub(crate) fn remove_left_over_chain(&self) -> bool {
        self.runtime.block_on(self.firewall.remove_left_over_chain()).unwrap()
    }

    pub(crate) fn text(&self, wanted: Option<&Ports>) -> String {
        self.firewall.text(wanted)
    }
}

/// Runs a test once for each way, in a network of its own each time.
pub(crate) fn with_each_way(test: impl Fn(&Way) + Sync) {
    for way in &WAYS {
        private_network(|| test(way));
    }
}

pub(crate) fn ports(numbers: &[u16]) -> Ports {
    Ports::new(numbers.iter().copied()).unwrap()
}

/// Runs a program that others may run, with an input.
pub(crate) fn others_run(program: &str, arguments: &[&str], input: &str) -> String {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}; run tests/setup.sh"));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
