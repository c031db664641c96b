//! What a call costs: one question and one answer.

use bellwether_core::store::{ClaimStore, HistoryQuery};
use bellwether_testkit::postgres::PostgresServer;
use bellwether_testkit::store::fixtures::{entry, job, record};

use super::wire::Wire;
use super::{connect, new_database, swap_to};

#[tokio::test]
async fn each_call_is_one_round_trip() {
    let url = new_database("round_trips");
    let port = PostgresServer::shared().port();
    let wire = Wire::to(port).await;
    let store = connect(&wire.instead_of(port, &url)).await.unwrap();
    let (job, two) = (job("j"), [entry(&job("j"), 1), entry(&job("j"), 2)]);
    wire.round_trips();
    store.read(&job).await.unwrap();
    assert_eq!(wire.round_trips(), 1, "a read without a record");
    let version = swap_to(&store, &job, None, 1).await.unwrap();
    assert_eq!(wire.round_trips(), 1, "a swap that creates");
    store.read(&job).await.unwrap();
    assert_eq!(wire.round_trips(), 1, "a read");
    store.swap(&job, Some(&version), &record("run-1", 2), &two).await.unwrap();
    assert_eq!(wire.round_trips(), 1, "a swap with history");
    store.swap(&job, Some(&version), &record("run-1", 3), &two).await.unwrap();
    assert_eq!(wire.round_trips(), 1, "a conflict");
    store.append(&entry(&job, 3)).await.unwrap();
    assert_eq!(wire.round_trips(), 1, "an entry");
    store.records().await.unwrap();
    assert_eq!(wire.round_trips(), 1, "all records");
    store.history(&HistoryQuery { job: None, limit: 10, before: None }).await.unwrap();
    assert_eq!(wire.round_trips(), 1, "a page of history");
}

#[tokio::test]
async fn the_clock_is_the_servers_and_goes_on() {
    let store = connect(&new_database("clock")).await.unwrap();
    let server = PostgresServer::shared();
    let before: i64 =
        server.sql("clock", "SELECT (extract(epoch FROM clock_timestamp()) * 1e6)::bigint").parse().unwrap();
    let first = store.read(&job("j")).await.unwrap().store_time.unwrap();
    let second = store.read(&job("j")).await.unwrap().store_time.unwrap();
    assert!(before <= first.as_microsecond() && first < second, "{before} {first} {second}");
}
