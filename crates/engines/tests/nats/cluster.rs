//! Three servers, of which one or two are lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use bellwether_core::claim::Record;
use bellwether_core::names::RunId;
use bellwether_core::store::{ClaimStore, HistoryQuery, StoreError, Swap};
use bellwether_engines::nats::NatsStore;
use bellwether_testkit::nats::{NatsCluster, NatsServer, Release};
use bellwether_testkit::store::fixtures::{entry, job, record};

use super::{ELECTION, open, patiently, swapped};

#[tokio::test]
async fn any_one_server_may_be_lost() {
    let cluster = NatsCluster::start(Release::Recent);
    let (store, job) = (open(&cluster.url("b")).await, job("j"));
    let mut version = swapped(&store, &job, None, &record("r", 1)).await;
    let leader = cluster.leader("KV_b");
    let others = cluster.servers().iter().filter(|server| !std::ptr::eq(*server, leader));
    for (round, server) in (2..).zip(std::iter::once(leader).chain(others)) {
        server.stop();
        let (found, _) = patiently(ELECTION, async || store.read(&job).await).await.current.unwrap();
        assert_eq!(found, record("r", round - 1));
        version = changed(&store, &version, round).await;
        patiently(ELECTION, async || store.append(&entry(&job, round)).await).await;
        server.restart();
        patiently(ELECTION, async || store.read(&job).await).await;
    }
    let query = HistoryQuery { job: None, limit: 10, before: None };
    let page = patiently(ELECTION, async || store.history(&query).await).await;
    assert_eq!(page.entries, [entry(&job, 4), entry(&job, 3), entry(&job, 2)]);
}

/// Changes the record once, however often that must be tried, and finds out what became of tries without an answer.
async fn changed(
    store: &NatsStore,
    from: &bellwether_core::store::Version,
    beat: u64,
) -> bellwether_core::store::Version {
    let (job, new) = (job("j"), record("r", beat));
    patiently(ELECTION, async || match store.swap(&job, Some(from), &new, &[]).await {
        Ok(Swap::Swapped(version)) => Ok(version),
        Ok(Swap::Conflict) => {
            let (found, version) = store.read(&job).await?.current.unwrap();
            assert_eq!(found, new);
            Ok(version)
        }
        Err(error) => Err(error),
    })
    .await
}

#[tokio::test]
async fn with_two_servers_lost_there_are_errors_and_no_wrong_answers() {
    let cluster = NatsCluster::start(Release::Recent);
    let (store, job) = (open(&cluster.url("b")).await, job("j"));
    let version = swapped(&store, &job, None, &record("r", 1)).await;
    cluster.servers()[0].stop();
    cluster.servers()[2].stop();
    for _ in 0..6 {
        match store.read(&job).await {
            Ok(snapshot) => assert_eq!(snapshot.current, Some((record("r", 1), version.clone()))),
            Err(error) => assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}"),
        }
        let swap = store.swap(&job, Some(&version), &record("r", 2), &[]).await;
        assert!(matches!(swap, Err(StoreError::Unavailable { .. } | StoreError::AnswerLost { .. })), "{swap:?}");
        assert!(store.append(&entry(&job, 1)).await.is_err());
    }
    cluster.servers()[0].restart();
    let (found, _) = patiently(ELECTION, async || store.read(&job).await).await.current.unwrap();
    assert!([record("r", 1), record("r", 2)].contains(&found), "{found:?}");
}

#[tokio::test]
async fn a_server_that_hangs_is_left_for_another() {
    let cluster = NatsCluster::start(Release::Recent);
    let (store, job) = (open(&cluster.url("b")).await, job("j"));
    swapped(&store, &job, None, &record("r", 1)).await;
    for server in cluster.servers() {
        server.pause();
        let (found, _) = patiently(ELECTION, async || store.read(&job).await).await.current.unwrap();
        assert_eq!(found, record("r", 1));
        server.resume();
    }
}

/// What one client knows of its own changes.
#[derive(Debug, Default)]
struct Tally {
    made: u64,
    unknown: u64,
}

/// A client with a thread of its own, which goes on while servers are killed and started.
fn client(url: String, run: &'static str, is_over: Arc<AtomicBool>) -> JoinHandle<Tally> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(count(url, run, is_over))
    })
}

/// Adds one again and again, until told to stop.
async fn count(url: String, run: &'static str, is_over: Arc<AtomicBool>) -> Tally {
    let (store, job) = (open(&url).await, job("counter"));
    let mut tally = Tally::default();
    while !is_over.load(Ordering::Relaxed) {
        let Ok(snapshot) = store.read(&job).await else { continue };
        let (old, version) = snapshot.current.unwrap();
        let new = Record { run_id: RunId::new(run).unwrap(), beat: old.beat + 1, ..old };
        match store.swap(&job, Some(&version), &new, &[]).await {
            Ok(Swap::Swapped(_)) => tally.made += 1,
            Err(StoreError::AnswerLost { .. }) => tally.unknown += 1,
            Ok(Swap::Conflict) | Err(_) => {}
        }
    }
    tally
}

/// The last word on the linearizability of swaps: leaders are killed again and again while clients compete.
#[tokio::test]
async fn no_confirmed_change_is_lost_while_leaders_die() {
    let cluster = NatsCluster::start(Release::Recent);
    let store = open(&cluster.url("b")).await;
    swapped(&store, &job("counter"), None, &record("start", 0)).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let clients = ["one", "two", "three", "four"].map(|run| client(cluster.url("b"), run, Arc::clone(&is_over)));
    for round in 0..3 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let leader: &NatsServer = cluster.leader("KV_b");
        if round % 2 == 0 {
            leader.restart();
        } else {
            leader.pause();
            tokio::time::sleep(Duration::from_secs(6)).await;
            leader.resume();
        }
        patiently(ELECTION, async || store.read(&job("counter")).await).await;
    }
    is_over.store(true, Ordering::Relaxed);
    let (mut made, mut unknown) = (0, 0);
    for client in clients {
        let tally = client.join().unwrap();
        made += tally.made;
        unknown += tally.unknown;
    }
    let (last, _) = patiently(ELECTION, async || store.read(&job("counter")).await).await.current.unwrap();
    println!("{made} confirmed, {unknown} unknown, sum {}", last.beat);
    assert!(made > 100, "only {made} changes were made");
    assert!((made..=made + unknown).contains(&last.beat), "sum {}, {made} made, {unknown} unknown", last.beat);
}
