//! Each real store must hold.

use bellwether_testkit::bridge::{HUB, NETWORK};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::netns::private_network;
use bellwether_testkit::postgres::PostgresServer;

use super::fleet::{AHEAD, Fleet};
use super::history::contradictions;
use super::programs::Program;
use super::programs::bellwether::Bellwether;
use super::storm::{Aftermath, JOB, rage};
use super::table::Row;
use super::takeover::{BLOWS, Takeovers};
use super::{takeovers, ticks_or, together};

#[test]
fn every_store_keeps_the_promise() {
    together(&[("SQLite", sqlite), ("DynamoDB", dynamodb), ("PostgreSQL", postgres), ("NATS", nats)]);
}

fn sqlite() {
    let fleet = Fleet::on_one_host();
    check(1, "once, SQLite, one host", &fleet, &Bellwether::on_one_host(&fleet), &|| {});
}

fn dynamodb() {
    private_network(|| {
        let fleet = Fleet::of_hosts();
        let moto = Moto::start_at(HUB);
        let program = Bellwether::sharing(&fleet, "dynamodb:chaos").with_aws(moto.endpoint());
        program.create_store();
        check(2, "once, DynamoDB (moto)", &fleet, &program, &|| {});
    });
}

fn postgres() {
    private_network(|| {
        let fleet = Fleet::of_hosts();
        let server = PostgresServer::start_at(HUB, NETWORK);
        server.create_database("chaos");
        let program = Bellwether::sharing(&fleet, &server.url("chaos"));
        check(3, "once, PostgreSQL", &fleet, &program, &|| server.restart());
    });
}

fn nats() {
    private_network(|| {
        let fleet = Fleet::of_hosts();
        let server = NatsServer::start_at(Release::Recent, HUB);
        let program = Bellwether::sharing(&fleet, &server.url("chaos"));
        check(4, "once, NATS, one server", &fleet, &program, &|| server.restart());
    });
}

fn check(place: usize, name: &str, fleet: &Fleet, program: &Bellwether<'_>, restart_store: &(dyn Fn() + Sync)) {
    let aftermath = rage(fleet, program, ticks_or(60), restart_store);
    check_storm(name, &aftermath, fleet, program);
    let takeovers = BLOWS.iter().filter_map(|blow| Takeovers::measure(fleet, program, *blow, takeovers()));
    let takeovers: Vec<_> = takeovers.collect();
    takeovers.iter().for_each(|takeovers| check_takeovers(name, takeovers));
    Row { place, name, aftermath: &aftermath, takeovers: &takeovers }.tell();
}

/// What must hold whatever happens, and what should have been covered for that to mean anything.
fn check_storm(name: &str, aftermath: &Aftermath, fleet: &Fleet, program: &dyn Program) {
    let (evidence, ticks) = (&aftermath.evidence, &aftermath.ticks);
    assert_eq!(evidence.violations(), [""; 0], "{name}: the promise is broken");
    let history = program.history(JOB).expect("a history");
    assert_eq!(contradictions(evidence, &history), [""; 0], "{name}");
    let (started, due) = (evidence.started(ticks), ticks.len());
    let said = || aftermath.said();
    assert!(started * 10 >= due, "{name}: only {started} of {due} ticks were run at all:\n{}", said());
    if fleet.has_networks() {
        check_clock_ahead(name, aftermath, &fleet.nodes()[AHEAD].name());
    }
}

/// The node whose clock is far ahead must have been told so, and have run nothing.
fn check_clock_ahead(name: &str, aftermath: &Aftermath, ahead: &str) {
    let ran = aftermath.evidence.runs().iter().find(|run| run.node == ahead);
    assert!(ran.is_none(), "{name}: a tick of the future was run: {ran:?}");
    let refused = |end: &&bellwether_testkit::process::Finished| end.stderr_text().contains("lies in the future");
    assert!(aftermath.ends[AHEAD].iter().any(|end| refused(&end)), "{name}: node {ahead} was never refused");
}

/// The first command must have ended before the second began, and the second is another attempt at the same tick.
fn check_takeovers(name: &str, takeovers: &Takeovers) {
    println!("{name}: {takeovers}");
    for evidence in &takeovers.evidence {
        assert_eq!(evidence.violations_with_rerun(), [""; 0], "{name}: {takeovers}");
        let attempts: Vec<_> = evidence.runs().iter().map(|run| (run.tick, run.attempt)).collect();
        let tick = attempts[0].0;
        assert_eq!(attempts, [(tick, 1), (tick, 2)], "{name}: {takeovers}");
    }
}
