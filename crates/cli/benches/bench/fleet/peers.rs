//! What runs a command on many hosts elsewhere: ClusterShell and Ansible, from the Python environment that
//! `tests/setup.sh` makes of `tests/peers.txt` where it can.

use std::path::{Path, PathBuf};

use bellwether_testkit::process::{Run, Sandbox};

/// A peer: its name, its program, and how one sees that a line of its output is the result of a node.
pub(super) struct Peer {
    pub(super) name: &'static str,
    program: &'static str,
    arguments: fn(&str, usize) -> Vec<String>,
    is_result: fn(&str) -> bool,
}

/// Both run their commands on this host: no network is between them and their nodes.
pub(super) const PEERS: [Peer; 2] = [
    Peer { name: "clush", program: "clush", arguments: clush, is_result: |line| line.contains("load average") },
    Peer {
        name: "ansible",
        program: "ansible",
        arguments: ansible,
        is_result: |line| line.contains("| CHANGED | rc=0"),
    },
];

fn clush(_: &str, nodes: usize) -> Vec<String> {
    ["-w", &format!("node[1-{nodes}]"), "--worker=exec", "-f", &nodes.to_string(), "uptime"].map(str::to_owned).to_vec()
}

fn ansible(inventory: &str, nodes: usize) -> Vec<String> {
    ["all", "-i", inventory, "-f", &nodes.to_string(), "-m", "command", "-a", "uptime"].map(str::to_owned).to_vec()
}

impl Peer {
    pub(super) fn is_installed(&self) -> bool {
        program(self.program).exists()
    }

    /// `uptime` on so many nodes, all at once.
    pub(super) fn run(&self, sandbox: &Sandbox, nodes: usize) -> Run {
        let python = program("python");
        let local = format!("ansible_connection=local ansible_python_interpreter={}", python.display());
        let inventory = sandbox.write("inventory", format!("[all]\nnode[1:{nodes}] {local}\n"));
        let run = sandbox.run(program(self.program)).args((self.arguments)(&inventory.to_string_lossy(), nodes));
        // Ansible wants UTF-8, and is quicker when it copies no files.
        run.envs(&[("LC_ALL", "C.UTF-8"), ("ANSIBLE_PIPELINING", "True")])
    }

    /// How many nodes an output has results of.
    pub(super) fn results(&self, output: &str) -> usize {
        output.lines().filter(|line| (self.is_result)(line)).count()
    }
}

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-peers/bin").join(name)
}
