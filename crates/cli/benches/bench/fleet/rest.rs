//! Memory and processor time of agents while nobody asks them anything.

use std::time::Duration;

use bellwether_testkit::moto::Moto;
use bellwether_testkit::nats::{NatsServer, Release};

use super::collective::{Collective, REGION};
use super::site::Site;
use crate::report::{Requirements, heading, remark, table};
use crate::rest::AtRest;

/// Until an agent has settled: it has announced itself and waits.
const SETTLES: Duration = Duration::from_secs(20);
const WATCHED: Duration = Duration::from_secs(30);

pub(crate) fn run(requirements: &mut Requirements) {
    heading(&format!("agents at rest for {} s", WATCHED.as_secs()));
    remark("Once they have answered a ping. Resident memory has what is mapped of the program's file.");
    let (server, moto) = (NatsServer::start(Release::Recent), Moto::start());
    let by_nats = Site::new(&format!("nats://{}", server.address()), []);
    let (by_sqs, collective) = (Site::new("sqs:", moto.environment(REGION)), Collective::new(&moto));
    let agents = [
        ("bellwether agent, NATS", by_nats.agent("node1")),
        ("bellwether agent, SQS", by_sqs.agent("node1")),
        ("ec2-cagent, ours", collective.agent()),
    ];
    let all: Vec<AtRest> = std::thread::scope(|scope| {
        let measure = |(name, pid)| scope.spawn(move || AtRest::measured(name, pid, SETTLES, WATCHED));
        let measured: Vec<_> = agents.iter().map(|(name, agent)| (*name, agent.pid())).map(measure).collect();
        measured.into_iter().map(|thread| thread.join().expect("a measurement")).collect()
    });
    table(&AtRest::HEADS, &all.iter().map(AtRest::row).collect::<Vec<_>>());
    all.iter().for_each(|it| it.judge(requirements));
}
