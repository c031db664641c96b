//! A web site behind a load balancer, one server of which drains for a while and is then switched off.

use std::time::Duration;

use bellwether_testkit::clonesquad::FakeCloneSquad;
use bellwether_testkit::netns::private_network;
use bellwether_testkit::process::{Run, Sandbox};
use bellwether_testkit::site::{PORT, Site, Tally};

use crate::report::{Requirements, heading, remark, table};

const ROUNDS: usize = 3;
/// How long the server drains before it is switched off.
const DRAINING: Duration = Duration::from_secs(6);

/// What is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Care {
    Nobody,
    DropIn,
    Watch,
}

impl Care {
    const ALL: [Self; 3] = [Self::Nobody, Self::DropIn, Self::Watch];

    fn name(self) -> &'static str {
        match self {
            Self::Nobody => "no watcher",
            Self::DropIn => "cs-instance-watcher, ours",
            Self::Watch => "bellwether watch",
        }
    }

    fn run(self, sandbox: &Sandbox) -> Option<Run> {
        let (run, port) = (sandbox.run(crate::bellwether()), PORT.to_string());
        match self {
            Self::Nobody => None,
            Self::DropIn => Some(
                run.args(["cs-instance-watcher", "--api-polling-period", "1"])
                    .args(["--on-draining-block-new-connections-to-ports", &port]),
            ),
            Self::Watch => Some(
                run.args(["watch", "--source", "clonesquad", "--poll", "1s", "--ports", &port])
                    .args(["--on", "draining=block-ports"]),
            ),
        }
    }
}

pub(super) fn run(requirements: &mut Requirements) {
    heading(&format!(
        "a server drains for {} s and is switched off while visitors come, {ROUNDS} rounds",
        DRAINING.as_secs()
    ));
    remark(
        "32 visitors (wrk), two servers that take 50 ms, HAProxy between them: a new connection for each health check,",
    );
    remark("two a second, two bad ones and it turns away; what is refused is tried at the other server.");
    let all = Care::ALL.map(|care| (care, (0..ROUNDS).map(|_| private_network(|| leave(care))).collect::<Vec<_>>()));
    let sum = |tallies: &[Tally], of: fn(&Tally) -> u64| tallies.iter().map(of).sum::<u64>();
    let rows = all.each_ref().map(|(care, tallies)| {
        let each: Vec<_> = tallies.iter().map(|tally| tally.failed.to_string()).collect();
        vec![care.name().to_owned(), sum(tallies, |tally| tally.requests).to_string(), each.join(", ")]
    });
    table(&["who watches", "requests", "failed in each round"], &rows);
    for (care, tallies) in all {
        let failed = sum(&tallies, |tally| tally.failed);
        match care {
            Care::Nobody => {
                requirements.note(failed > 0, "failed requests without a watcher", &format!("{failed} (wanted: some)"))
            }
            _ => requirements.note(
                failed == 0,
                &format!("failed requests with {}", care.name()),
                &format!("{failed} (wanted: 0)"),
            ),
        }
    }
}

fn leave(care: Care) -> Tally {
    let mut site = Site::start();
    let sandbox = Sandbox::new();
    let squad = site.network(0).enter(FakeCloneSquad::start);
    let watcher = care.run(&sandbox).map(|run| {
        let run = squad.environment().into_iter().fold(run, |run, (name, value)| run.env(name, value));
        site.network(0).enter(|| run.start())
    });
    let tally = site.leaving(|_| {
        squad.set_state("draining");
        std::thread::sleep(DRAINING);
    });
    drop(watcher);
    tally
}
