//! A short command on a hundred nodes of this host: `bellwether exec` with a hundred agents, beside ClusterShell and
//! Ansible.

use std::time::Duration;

use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::process::{Finished, Running, Sandbox};

use super::peers::{PEERS, Peer};
use super::site::Site;
use crate::measure::{Program, Series, cpu, in_turns, memory, wall};
use crate::report::{Requirements, heading, medians, milliseconds, remark, table, times};
use crate::rest::processor_time;

const NODES: usize = 100;
const WARM_UP: usize = 1;
const ROUNDS: usize = 5;
/// Ansible takes its time on a busy machine.
const DEADLINE: Duration = Duration::from_secs(300);

pub(crate) fn run(requirements: &mut Requirements) {
    heading(&format!("uptime on {NODES} nodes of this host, {ROUNDS} rounds in turns"));
    remark("Ours goes through nats-server to an agent for each node. The peers start the command themselves: no");
    remark("network, no login. So their CPU has that of the commands, and ours is the caller's alone. Memory is that");
    remark("of the largest process; Ansible has one for each node.");
    let server = NatsServer::start(Release::Recent);
    let site = Site::new(&format!("nats://{}", server.address()), []);
    let agents = site.agents(&(1..=NODES).map(|number| format!("node{number}")).collect::<Vec<_>>());
    let (peers, sandbox) = (installed(), Sandbox::new());
    let before = total(&agents);
    let ours = Program::new("bellwether exec", |_| exec(&site));
    let theirs = peers.iter().map(|peer| Program::new(peer.name, |_| ask(peer, &sandbox)));
    let all = in_turns(WARM_UP, ROUNDS, std::iter::once(ours).chain(theirs));
    let rows = all.iter().map(|series| row(&all[0], series));
    let heads = ["program", "runs", "wall", "CPU", "max RSS", "wall/first", "CPU/first", "RSS/first"];
    table(&heads, &rows.collect::<Vec<_>>());
    let by_agents = (total(&agents) - before) / f64::from(u32::try_from(WARM_UP + ROUNDS).expect("few rounds"));
    remark(&format!("The {NODES} agents and their commands take {} of CPU for a run.", milliseconds(by_agents)));
    all[1..].iter().for_each(|peer| judge(&all[0], by_agents, peer, requirements));
}

/// The peers that are there; those that are not are named.
fn installed() -> Vec<&'static Peer> {
    let (there, missing): (Vec<_>, Vec<_>) = PEERS.iter().partition(|peer| peer.is_installed());
    for peer in missing {
        remark(&format!(
            "Not compared with {}: it is not installed; tests/setup.sh does that where it can.",
            peer.name
        ));
    }
    there
}

fn exec(site: &Site) -> Finished {
    let done = site.run(&["exec", "--all", "--", "uptime"]).finish().expect_code(0);
    let results = done.stdout_text().lines().filter(|line| line.contains("load average")).count();
    assert_eq!(results, NODES, "{}", done.stderr_text());
    done
}

fn ask(peer: &Peer, sandbox: &Sandbox) -> Finished {
    let done = peer.run(sandbox, NODES).deadline(DEADLINE).finish().expect_code(0);
    assert_eq!(peer.results(&done.stdout_text()), NODES, "{}: {}", peer.name, done.stderr_text());
    done
}

/// Processor time of the agents and of the commands that they have run, in seconds.
fn total(agents: &[Running]) -> f64 {
    agents.iter().map(|agent| processor_time(agent.pid())).sum()
}

fn row(first: &Series, series: &Series) -> Vec<String> {
    let mut row = medians(series);
    row.extend([wall, cpu, memory].map(|quantity| times(first.ratio(series, quantity))));
    row
}

/// The peers run the commands themselves, so our agents' share counts too.
fn judge(ours: &Series, by_agents: f64, peer: &Series, requirements: &mut Requirements) {
    let what = |quantity: &str| format!("{quantity} of {} over {}", peer.name, ours.name);
    requirements.at_least(&what("wall time"), ours.ratio(peer, wall), 1.0);
    let ratio = peer.median(cpu) / (ours.median(cpu) + by_agents);
    requirements.at_least(&format!("{} with its agents", what("CPU time")), ratio, 1.0);
}
