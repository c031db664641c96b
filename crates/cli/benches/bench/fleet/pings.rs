//! How soon a whole fleet has answered a ping: `bellwether ping` over a real server, with simulated agents in a process
//! of their own. All that is to be named is: every node that answered, and who did not. [`agents`]: the agents.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bellwether_core::fleet::keys::SigningKey;
use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::process::{Finished, Sandbox};

use super::{PLAY_AGENTS, agents};
use crate::measure::{Program, Series, cpu, in_turns, memory, wall};
use crate::report::{Requirements, heading, mebibytes, milliseconds, remark, table};

/// How many agents, within how many seconds all must be named, and how often that is measured.
const FLEETS: [(usize, f64, usize); 3] = [(1_000, 0.2, 20), (10_000, 2.0, 10), (50_000, 10.0, 5)];
const WARM_UP: usize = 1;
/// The caller's key, which the agents trust.
const SEED: [u8; 32] = [7; 32];
/// Longer than any ping may take; a busy machine is no failure.
const DEADLINE: Duration = Duration::from_secs(120);

pub(crate) fn run(requirements: &mut Requirements) {
    heading("every node of a fleet answers a ping, NATS, until all are named");
    remark("Caller, nats-server and all simulated agents share the cores of this machine. Each agent verifies the");
    remark(
        "request, evaluates its filter and signs its pong; the caller reads the inventory and verifies every record",
    );
    remark("and every pong.");
    let all: Vec<Series> = FLEETS.iter().map(|(nodes, _, rounds)| measure(*nodes, *rounds)).collect();
    table(&["agents", "runs", "median", "p99", "CPU", "max RSS"], &all.iter().map(row).collect::<Vec<_>>());
    for (series, (nodes, seconds, _)) in all.iter().zip(FLEETS) {
        let median = series.median(wall);
        let measured = format!("{} (wanted: at most {seconds} s)", milliseconds(median));
        requirements.note(median <= seconds, &format!("{nodes} agents answer a ping"), &measured);
    }
}

fn row(series: &Series) -> Vec<String> {
    let mut row = vec![series.name.clone(), series.samples.len().to_string()];
    row.extend([series.median(wall), series.percentile(99, wall), series.median(cpu)].map(milliseconds));
    row.push(mebibytes(series.median(memory)));
    row
}

fn measure(nodes: usize, rounds: usize) -> Series {
    let (server, sandbox) = (NatsServer::start(Release::Recent), Sandbox::new());
    let url = format!("nats://{}", server.address());
    let (_agents, key) = (Agents::start(&url, nodes), key_file(&sandbox));
    let ping = |_| {
        let ping = sandbox.run(crate::bellwether()).args(["ping", "--json", "--wait", "60s"]);
        let ping = ping.args(["--environment", agents::ENVIRONMENT, "--transport", &url]);
        all_answered(ping.env("BELLWETHER_FLEET_KEY", &key).deadline(DEADLINE).finish(), nodes)
    };
    in_turns(WARM_UP, rounds, [Program::new(nodes.to_string(), ping)]).pop().expect("one program")
}

fn all_answered(done: Finished, nodes: usize) -> Finished {
    let done = done.expect_code(0);
    let document: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
    assert_eq!((&document["answered"], &document["expected"]), (&nodes.into(), &nodes.into()));
    done
}

fn key_file(sandbox: &Sandbox) -> PathBuf {
    let key = SigningKey::from_seed(SEED).unwrap();
    let path = sandbox.write("home/caller.key", key.secret());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// The process that plays the agents; it ends when dropped.
struct Agents {
    process: Child,
}

impl Agents {
    /// Starts it, and waits until all agents listen and have announced themselves.
    fn start(url: &str, nodes: usize) -> Self {
        let trusted = SigningKey::from_seed(SEED).unwrap().public().to_string();
        let mut process = Command::new(std::env::current_exe().expect("the path of this program"))
            .args([PLAY_AGENTS, url, &trusted, &nodes.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said.trim(), agents::READY, "the agents did not start");
        Self { process }
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        self.process.stdin.take();
        let _ = self.process.wait();
    }
}
