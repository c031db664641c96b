//! What a call costs: `cargo test -p bellwether-engines --test nats timing -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use bellwether_core::store::ClaimStore;
use bellwether_testkit::nats::{NatsCluster, NatsServer, Release};
use bellwether_testkit::store::fixtures::{entry, job, record};

use super::{open, swapped};

const ROUNDS: u32 = 200;

async fn measure(kind: &str, url: &str) {
    let start = Instant::now();
    let store = open(url).await;
    let opened = start.elapsed();
    let job = job("timed");
    let mut version = swapped(&store, &job, None, &record("r", 0)).await;
    let (mut reads, mut swaps, mut appends) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for round in 1..=ROUNDS {
        let start = Instant::now();
        store.read(&job).await.unwrap();
        reads += start.elapsed();
        let start = Instant::now();
        version = swapped(&store, &job, Some(&version), &record("r", round.into())).await;
        swaps += start.elapsed();
        let start = Instant::now();
        store.append(&entry(&job, round.into())).await.unwrap();
        appends += start.elapsed();
    }
    let (reads, swaps, appends) = (reads / ROUNDS, swaps / ROUNDS, appends / ROUNDS);
    let start = Instant::now();
    open(url).await;
    let again = start.elapsed();
    println!("{kind}: made in {opened:?}, opened in {again:?}; read {reads:?}, swap {swaps:?}, append {appends:?}");
}

#[tokio::test]
#[ignore = "prints measurements"]
async fn prints_what_a_call_costs() {
    let server = NatsServer::start(Release::Recent);
    let cluster = NatsCluster::start(Release::Recent);
    for (kind, url) in [("one server", server.url("b")), ("three servers", cluster.url("b"))] {
        measure(kind, &url).await;
    }
}
