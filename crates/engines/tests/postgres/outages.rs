//! Servers that stop, restart, crash and hang.

use std::time::Duration;

use bellwether_core::store::{ClaimStore, StoreError};
use bellwether_engines::postgres::{PostgresOptions, PostgresStore};
use bellwether_testkit::postgres::PostgresServer;
use bellwether_testkit::store::fixtures::{entry, job, record};
use tokio::time::Instant;

use super::wire::{Mode, Wire};
use super::{beat, connect, new_database, swap_to, with};

const IMPATIENT: PostgresOptions =
    PostgresOptions { connect_timeout: Duration::from_secs(2), call_timeout: Duration::from_secs(1) };

#[tokio::test]
async fn a_store_outlives_its_server() {
    let server = PostgresServer::start();
    server.create_database("outage");
    let store = connect(&server.url("outage")).await.unwrap();
    let job = job("j");
    let version = swap_to(&store, &job, None, 1).await.unwrap();
    server.restart();
    assert_eq!(beat(&store, &job).await, Some(1), "a read after a restart");
    server.restart();
    let version = swap_to(&store, &job, Some(&version), 2).await.expect("a swap after a restart");
    server.stop();
    let stopped = Instant::now();
    let failures = [
        store.read(&job).await.map(|_| ()),
        store.swap(&job, Some(&version), &record("run-1", 3), &[]).await.map(|_| ()),
        store.append(&entry(&job, 1)).await,
        store.records().await.map(|_| ()),
        store.prune(record("run-1", 1).tick.instant()).await.map(|_| ()),
    ];
    assert!(stopped.elapsed() < Duration::from_secs(1), "{:?}", stopped.elapsed());
    for failed in failures {
        assert!(matches!(failed, Err(StoreError::Unavailable { .. })), "{failed:?}");
    }
    server.start_again();
    let version = swap_to(&store, &job, Some(&version), 3).await.expect("a swap after the start");
    server.crash();
    server.start_again();
    assert_eq!(swap_to(&store, &job, Some(&version), 4).await.map(|_| ()), Ok(()));
}

/// The one test that waits for the disk.
#[tokio::test]
async fn a_confirmed_swap_survives_a_crash_even_where_the_database_would_lose_it() {
    let server = PostgresServer::start_with(&[("wal_writer_delay", "'10s'"), ("synchronous_commit", "off")]);
    server.create_database("crash");
    let store = connect(&server.url("crash")).await.unwrap();
    let job = job("j");
    let mut version = None;
    for beat in 1..=5 {
        version = Some(swap_to(&store, &job, version.as_ref(), beat).await.unwrap());
    }
    store.append(&entry(&job, 1)).await.unwrap();
    server.crash();
    server.start_again();
    assert_eq!(beat(&store, &job).await, Some(5));
    assert_eq!(server.sql("crash", "SELECT count(*) FROM bellwether_history"), "1");
}

#[tokio::test]
async fn an_answer_that_is_lost_is_told_and_the_change_may_have_been_made() {
    let url = new_database("lost_answers");
    let port = PostgresServer::shared().port();
    let wire = Wire::to(port).await;
    let store = PostgresStore::connect(&wire.instead_of(port, &url), IMPATIENT).await.unwrap();
    let job = job("j");
    for (mode, number) in [(Mode::CutAtAnswer, 1), (Mode::Silent, 2)] {
        let version = store.read(&job).await.unwrap().current.map(|(_, version)| version);
        wire.set(mode);
        let lost = store.swap(&job, version.as_ref(), &record("run-1", number), &[]).await;
        assert!(matches!(lost, Err(StoreError::AnswerLost { .. })), "{mode:?}: {lost:?}");
        wire.set(Mode::Whole);
        assert_eq!(beat(&store, &job).await, Some(number), "{mode:?}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_does_not_hold_us() {
    let url = new_database("silence");
    let port = PostgresServer::shared().port();
    let wire = Wire::to(port).await;
    let through_wire = wire.instead_of(port, &url);
    let store = PostgresStore::connect(&through_wire, IMPATIENT).await.unwrap();
    wire.set(Mode::Silent);
    let began = Instant::now();
    let read = store.read(&job("j")).await;
    assert!(matches!(read, Err(StoreError::Unavailable { .. })), "{read:?}");
    let opened = PostgresStore::connect(&through_wire, IMPATIENT).await;
    assert!(matches!(opened, Err(StoreError::Unavailable { .. })), "{opened:?}");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    wire.set(Mode::Whole);
    assert_eq!(beat(&store, &job("j")).await, None);
}

#[tokio::test]
async fn a_lock_that_another_session_holds_is_not_waited_for_too_long() {
    let url = new_database("locked");
    let store = PostgresStore::connect(&url, IMPATIENT).await.unwrap();
    let job = job("j");
    let version = swap_to(&store, &job, None, 1).await.unwrap();
    let holder = std::thread::spawn(|| {
        PostgresServer::shared().sql("locked", "BEGIN; LOCK TABLE bellwether_claim; SELECT pg_sleep(2); COMMIT");
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let swap = store.swap(&job, Some(&version), &record("run-1", 2), &[]).await;
    assert!(matches!(swap, Err(StoreError::Unavailable { .. })), "the server gave up before we did: {swap:?}");
    assert!(swap.unwrap_err().remedy().contains("lock"));
    holder.join().unwrap();
    swap_to(&store, &job, Some(&version), 3).await.unwrap();
}

#[tokio::test]
async fn a_session_that_is_ended_by_hand_is_made_anew() {
    let url = new_database("ended");
    let store = connect(&url).await.unwrap();
    let version = swap_to(&store, &job("j"), None, 1).await.unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bellwether' \
         AND datname = 'ended'";
    assert_eq!(PostgresServer::shared().sql("ended", end), "t");
    swap_to(&store, &job("j"), Some(&version), 2).await.unwrap();
}

#[tokio::test]
async fn of_several_hosts_the_one_that_takes_writes_is_used() {
    let primary = PostgresServer::start();
    primary.create_database("several");
    let standby = primary.start_standby();
    let (first, second) = (format!("127.0.0.1:{}", standby.port()), format!("127.0.0.1:{}", primary.port()));
    let several = primary.url("several").replace(&second, &format!("127.0.0.1:1,{first},{second}"));
    let store = connect(&several).await.unwrap();
    swap_to(&store, &job("j"), None, 1).await.unwrap();
    assert_eq!(store.place(), format!("postgres://127.0.0.1:1,{first},{second}/several"));
    let alone = connect(&standby.url("several")).await.unwrap_err();
    assert!(matches!(alone, StoreError::Unavailable { .. }) && alone.to_string().contains("standby"), "{alone}");
    primary.stop();
    let nobody = store.read(&job("j")).await.unwrap_err();
    assert!(nobody.to_string().contains(&format!("{first}: ")), "each is told: {nobody}");
    standby.promote();
    let version = store.read(&job("j")).await.unwrap().current.unwrap().1;
    swap_to(&store, &job("j"), Some(&version), 2).await.expect("the standby has taken over");
}

#[tokio::test]
async fn a_database_that_takes_no_writes_says_so() {
    let url = new_database("read_only");
    let store = connect(&url).await.unwrap();
    PostgresServer::shared().sql("read_only", "ALTER DATABASE read_only SET default_transaction_read_only = on");
    let late = connect(&url).await.unwrap();
    let swap = late.swap(&job("j"), None, &record("run-1", 1), &[]).await;
    assert!(matches!(&swap, Err(StoreError::Unavailable { .. })), "{swap:?}");
    assert!(swap.unwrap_err().remedy().contains("primary"));
    let overridden = connect(&with(&url, "options=-cdefault_transaction_read_only%3Doff")).await.unwrap();
    swap_to(&overridden, &job("j"), None, 1).await.unwrap();
    assert_eq!(beat(&store, &job("j")).await, Some(1));
}
