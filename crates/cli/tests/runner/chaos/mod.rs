//! Chaos: five nodes, a tick a second, real processes against a real store, while wrappers are killed and suspended
//! and the store is restarted. What happened is read from what the commands themselves wrote.
//!
//! 60 ticks; `BELLWETHER_CHAOS_TICKS=200` runs longer (`make chaos`).

mod evidence;
mod storm;

use bellwether_testkit::moto::Moto;
use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::postgres::PostgresServer;

use evidence::Evidence;
use storm::Storm;

fn ticks() -> u64 {
    std::env::var("BELLWETHER_CHAOS_TICKS").ok().and_then(|ticks| ticks.parse().ok()).unwrap_or(60)
}

/// What must hold whatever happens, and what should have been covered for that to mean anything.
fn check(name: &str, evidence: &Evidence) {
    println!("{name}: {evidence}");
    assert!(evidence.twice().is_empty(), "{name}: started more than once: {:?}", evidence.twice());
    assert_eq!(evidence.overlaps(), 0, "{name}: two runs were alive at a time");
    let run = evidence.ticks_run();
    assert!(run * 5 >= ticks(), "{name}: only {run} of {} ticks were run at all", ticks());
}

#[test]
fn sqlite_holds() {
    let storm = Storm::on_one_host();
    check("sqlite", &storm.rage(ticks(), || {}));
}

#[test]
fn postgres_holds() {
    let server = PostgresServer::start();
    server.create_database("chaos");
    let storm = Storm::of_a_fleet(&server.url("chaos"));
    check("postgres", &storm.rage(ticks(), || server.restart()));
}

#[test]
fn nats_holds() {
    let server = NatsServer::start(Release::System);
    let storm = Storm::of_a_fleet(&server.url("chaos"));
    check("nats", &storm.rage(ticks(), || server.restart()));
}

#[test]
fn dynamodb_holds() {
    let moto = Moto::start();
    let storm = Storm::of_a_fleet("dynamodb:chaos").with_aws(moto.endpoint());
    storm.create_store();
    check("dynamodb", &storm.rage(ticks(), || {}));
}

/// Without a store, nodes that see different health run the same tick: the checker must see it, or it sees nothing.
#[test]
fn without_a_store_the_checker_finds_duplicates() {
    let storm = Storm::without_a_store_where_every_node_thinks_it_is_first();
    let evidence = storm.rage(5, || {});
    assert!(!evidence.twice().is_empty(), "{evidence}");
}
