//! The servers' clock: a node whose own is ahead must not take ticks of the future.

use bellwether_core::store::ClaimStore;
use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::store::fixtures::{job, record};
use jiff::{SignedDuration, Timestamp};

use super::{open, swapped};

#[tokio::test]
async fn every_read_tells_the_servers_time() {
    let url = NatsServer::shared().url("clock");
    let (maker, later) = (open(&url).await, open(&url).await);
    let mut last = Timestamp::now() - SignedDuration::from_secs(1);
    for store in [&maker, &later, &maker] {
        let told = store.read(&job("j")).await.unwrap().store_time.unwrap();
        assert!(last < told && told < Timestamp::now() + SignedDuration::from_secs(1), "{last} {told}");
        last = told;
    }
    swapped(&maker, &job("j"), None, &record("r", 0)).await;
    assert!(later.read(&job("j")).await.unwrap().store_time.unwrap() > last, "not the time of the record");
}

#[tokio::test]
async fn a_server_that_does_not_tell_its_time_is_warned_of() {
    let version: Vec<u32> = Release::System.version().split('.').map(|part| part.parse().unwrap()).collect();
    let server = NatsServer::start(Release::System);
    let store = open(&server.url("clock")).await;
    let is_told = version >= vec![2, 10];
    assert_eq!(store.read(&job("j")).await.unwrap().store_time.is_some(), is_told, "{version:?}");
    let warnings = store.warnings().join("\n");
    assert_eq!(warnings.contains("does not tell what its clock shows"), !is_told, "{version:?}: {warnings}");
}
