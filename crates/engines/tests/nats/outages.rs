//! A server that restarts, hangs or is away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bellwether_core::store::{ClaimStore, HistoryQuery, StoreError, Swap};
use bellwether_engines::nats::{NatsOptions, NatsStore};
use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::store::fixtures::{entry, instant, job, record};
use tokio::task::JoinSet;

use super::{open, patiently, swapped};

const LIMIT: Duration = Duration::from_secs(2);
/// What the limit may be exceeded by on a busy machine.
const SLACK: Duration = Duration::from_secs(1);

async fn timed<T>(call: impl Future<Output = T>) -> T {
    let start = Instant::now();
    let result = call.await;
    assert!(start.elapsed() < LIMIT + SLACK, "it took {:?}", start.elapsed());
    result
}

fn all() -> HistoryQuery {
    HistoryQuery { job: None, limit: 10, before: None }
}

#[tokio::test]
async fn a_restart_loses_nothing() {
    let server = NatsServer::start(Release::System);
    let (store, job) = (open(&server.url("b")).await, job("j"));
    let swap = store.swap(&job, None, &record("r", 1), &[entry(&job, 1)]).await.unwrap();
    let Swap::Swapped(version) = swap else { panic!("{swap:?}") };
    for round in 0..3 {
        server.restart();
        let found = patiently(LIMIT, async || store.read(&job).await).await.current;
        assert_eq!(found.map(|(_, found)| found), Some(version.clone()), "round {round}");
        assert_eq!(store.history(&all()).await.unwrap().entries, [entry(&job, 1)]);
    }
    swapped(&store, &job, Some(&version), &record("r", 2)).await;
}

#[tokio::test]
async fn a_server_that_comes_back_within_the_limit_is_waited_for() {
    let server = Arc::new(NatsServer::start(Release::System));
    let (store, job) = (open(&server.url("b")).await, job("j"));
    server.stop();
    let restarting = Arc::clone(&server);
    let restarted = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(300));
        restarting.restart();
    });
    assert_eq!(store.read(&job).await.unwrap().current, None);
    restarted.await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_away_is_an_error_within_the_limit() {
    let server = NatsServer::start(Release::System);
    let (store, job) = (open(&server.url("b")).await, job("j"));
    let version = swapped(&store, &job, None, &record("r", 1)).await;
    server.stop();
    let error = timed(NatsStore::connect(&server.url("b"), NatsOptions::default())).await.unwrap_err();
    assert!(error.to_string().contains("refused") && error.remedy().contains("nats-server"), "{error:?}");
    let swap = timed(store.swap(&job, Some(&version), &record("r", 2), &[])).await;
    for error in [
        swap.unwrap_err(),
        timed(store.swap(&job, Some(&version), &record("r", 3), &[entry(&job, 3)])).await.unwrap_err(),
        timed(store.read(&job)).await.unwrap_err(),
        timed(store.append(&entry(&job, 1))).await.unwrap_err(),
        timed(store.history(&all())).await.unwrap_err(),
        timed(store.records()).await.unwrap_err(),
        timed(store.prune(instant(0))).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    }
    // What failed while the server was away is not made up for when it is back.
    server.restart();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(store.read(&job).await.unwrap().current, Some((record("r", 1), version)));
    assert_eq!(store.history(&all()).await.unwrap().entries, []);
}

#[tokio::test]
async fn many_calls_at_once_fail_together() {
    let server = NatsServer::start(Release::System);
    let store = Arc::new(open(&server.url("b")).await);
    server.stop();
    // What is sent before the client notices is unknown for good; this is about what comes later.
    assert!(timed(store.read(&job("j"))).await.is_err());
    let mut calls = JoinSet::new();
    for number in 0..300 {
        let store = Arc::clone(&store);
        calls.spawn(async move { store.swap(&job(&format!("j{number}")), None, &record("r", 1), &[]).await });
    }
    let results = timed(calls.join_all()).await;
    let certain = results.iter().filter(|result| matches!(result, Err(StoreError::Unavailable { .. })));
    assert_eq!(certain.count(), 300);
}

#[tokio::test]
async fn a_server_that_hangs_leaves_a_change_unknown_until_it_is_read_back() {
    let server = NatsServer::start(Release::System);
    let (store, job) = (open(&server.url("b")).await, job("j"));
    let version = swapped(&store, &job, None, &record("r", 1)).await;
    server.pause();
    let error = timed(store.swap(&job, Some(&version), &record("r", 2), &[])).await.unwrap_err();
    assert!(matches!(error, StoreError::AnswerLost { .. }), "{error:?}");
    let error = timed(store.read(&job)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    server.resume();
    // The change was in the server's hands, and comes late; what was read before it then is outdated.
    let read = async || match store.read(&job).await?.current {
        Some((found, version)) if found == record("r", 2) => Ok(version),
        other => Err(StoreError::Unavailable { what: format!("{other:?}"), why: String::new(), remedy: String::new() }),
    };
    let late = patiently(Duration::from_secs(10), read).await;
    let outdated = store.swap(&job, Some(&version), &record("other", 1), &[]).await.unwrap();
    assert_eq!(outdated, Swap::Conflict);
    swapped(&store, &job, Some(&late), &record("r", 3)).await;
}

#[tokio::test]
async fn a_late_change_does_not_undo_what_came_between() {
    let server = NatsServer::start(Release::System);
    let (store, job) = (open(&server.url("b")).await, job("j"));
    let first = swapped(&store, &job, None, &record("r", 1)).await;
    let second = swapped(&store, &job, Some(&first), &record("other", 1)).await;
    server.pause();
    let late = timed(store.swap(&job, Some(&first), &record("r", 2), &[])).await;
    assert!(matches!(late, Err(StoreError::AnswerLost { .. })), "{late:?}");
    server.resume();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let found = patiently(Duration::from_secs(10), async || store.read(&job).await).await.current;
    assert_eq!(found, Some((record("other", 1), second)));
}
