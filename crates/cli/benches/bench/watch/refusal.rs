//! How soon a client knows that a port is blocked.

use std::time::Duration;

use bellwether_testkit::clonesquad::FakeCloneSquad;
use bellwether_testkit::netns::private_network;
use bellwether_testkit::process::Sandbox;
use bellwether_testkit::traffic::{Connection, addresses, echo_on, open_both, refused};

use super::watchers::PORT;
use crate::measure::median;
use crate::report::{Requirements, heading, milliseconds, table};

const CONNECTIONS: usize = 500;
/// What is asked for, in seconds.
const WANTED: f64 = 0.005;

pub(super) fn run(requirements: &mut Requirements) {
    heading(&format!(
        "{CONNECTIONS} new connections to a blocked port, over IPv4 and over IPv6, each until it is refused"
    ));
    let mut times = private_network(measure);
    times.sort_by(f64::total_cmp);
    let (slowest, p99) = (times[CONNECTIONS - 1], times[CONNECTIONS * 99 / 100]);
    let row = [median(times.iter().copied()), p99, slowest].map(milliseconds);
    table(&["", "median", "p99", "slowest"], &[[vec!["the slower of the two".to_owned()], row.to_vec()].concat()]);
    // A busy machine may let the client wait for a processor; no refusal has a part in that.
    let told = format!("{} (wanted: at most {})", milliseconds(p99), milliseconds(WANTED));
    requirements.note(p99 <= WANTED, "99 of 100 refusals", &told);
}

fn measure() -> Vec<f64> {
    echo_on([PORT]);
    let mut old = open_both(PORT);
    let (squad, sandbox) = (FakeCloneSquad::start(), Sandbox::new());
    squad.set_state("draining");
    let run = sandbox.run(crate::bellwether()).args(["cs-instance-watcher", "--api-polling-period", "60"]);
    let run = run.args(["--on-draining-block-new-connections-to-ports", &PORT.to_string()]);
    let run = squad.environment().into_iter().fold(run, |run, (name, value)| run.env(name, value));
    let _watcher = run.start();
    while addresses(PORT).iter().any(|address| std::net::TcpStream::connect(address).is_ok()) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let times = (0..CONNECTIONS).map(|_| refused(PORT).as_secs_f64()).collect();
    old.iter_mut().for_each(Connection::echoes);
    times
}
