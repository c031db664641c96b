//! How many requests an operation takes, and what is in them.

use bellwether_core::claim::Entry;
use bellwether_core::store::{ClaimStore, HistoryQuery, Swap, Version};
use bellwether_testkit::http::Reply;
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use bellwether_testkit::store::fixtures::{entry, job, record};

use super::{direct, new_table, operation, operations, recording, through};

/// A store with a record, and its version.
async fn with_record(table: &str) -> Version {
    match direct(table).await.swap(&job("j"), None, &record("r", 1), &[]).await.unwrap() {
        Swap::Swapped(version) => version,
        Swap::Conflict => panic!("a conflict in a new table"),
    }
}

#[tokio::test]
async fn reads_swaps_and_appends_are_one_request_each() {
    let table = new_table().await;
    let version = with_record(&table).await;
    let proxy = recording();
    let store = through(&proxy, &table).await;
    let job = job("j");
    assert!(operations(&proxy.log()).is_empty(), "opening asks nothing");
    store.read(&job).await.unwrap();
    let Swap::Swapped(next) = store.swap(&job, Some(&version), &record("r", 2), &[]).await.unwrap() else {
        panic!("a conflict")
    };
    let entries = [entry(&job, 1), entry(&job, 2)];
    assert_ne!(store.swap(&job, Some(&next), &record("r", 3), &entries).await.unwrap(), Swap::Conflict);
    store.append(&entry(&job, 3)).await.unwrap();
    assert_eq!(store.swap(&job, Some(&version), &record("r", 4), &[]).await.unwrap(), Swap::Conflict);
    assert_eq!(store.swap(&job, None, &record("r", 4), &entries).await.unwrap(), Swap::Conflict);
    let expected = ["GetItem", "PutItem", "TransactWriteItems", "TransactWriteItems", "PutItem", "TransactWriteItems"];
    assert_eq!(operations(&proxy.log()), expected);
}

#[tokio::test]
async fn a_version_from_elsewhere_is_a_conflict_without_a_request() {
    let table = new_table().await;
    let proxy = recording();
    let foreign = Version::new("not a number");
    let swap = through(&proxy, &table).await.swap(&job("j"), Some(&foreign), &record("r", 1), &[]).await;
    assert_eq!((swap.unwrap(), proxy.log().len()), (Swap::Conflict, 0));
}

#[tokio::test]
async fn an_entry_that_is_there_already_costs_one_request_more() {
    let table = new_table().await;
    let version = with_record(&table).await;
    let proxy = recording();
    let store = through(&proxy, &table).await;
    let job = job("j");
    let lost = entry(&job, 1);
    store.append(&lost).await.unwrap();
    store.append(&lost).await.unwrap();
    assert_eq!(proxy.log().len(), 2, "an append is done when the entry is there");
    let later = Entry { recorded: entry(&job, 7).recorded, ..lost };
    let swap = store.swap(&job, Some(&version), &record("r", 2), &[later, entry(&job, 2)]).await.unwrap();
    assert_ne!(swap, Swap::Conflict);
    assert_eq!(proxy.log().len(), 4);
    let page = store.history(&HistoryQuery { job: None, limit: 9, before: None }).await.unwrap();
    assert_eq!(page.entries, [entry(&job, 2), entry(&job, 1)]);
}

#[tokio::test]
async fn every_read_is_consistent() {
    let table = new_table().await;
    let proxy = recording();
    let store = through(&proxy, &table).await;
    for name in ["a", "b"] {
        store.swap(&job(name), None, &record("r", 1), &[entry(&job(name), 1)]).await.unwrap();
    }
    let before = proxy.log().len();
    store.read(&job("a")).await.unwrap();
    store.records().await.unwrap();
    store.history(&HistoryQuery { job: Some(job("a")), limit: 5, before: None }).await.unwrap();
    store.history(&HistoryQuery { job: None, limit: 5, before: None }).await.unwrap();
    let log = &proxy.log()[before..];
    let expected = ["GetItem", "Query", "BatchGetItem", "Query", "BatchGetItem", "Query", "Query", "Query"];
    assert_eq!(operations(log), [&expected[..], &["BatchGetItem"]].concat());
    for exchange in log {
        let body = exchange.request.text();
        assert!(body.contains(r#""ConsistentRead":true"#), "{}: {body}", operation(&exchange.request));
    }
}

#[tokio::test]
async fn the_clock_of_the_store_is_the_date_of_its_answer() {
    let table = new_table().await;
    let dated = |date: Option<&'static str>| {
        Proxy::altering(Moto::shared().endpoint(), move |_, pass_on| {
            let Reply::Answer(mut answer) = pass_on() else { panic!("moto has no answer") };
            answer.headers.retain(|(name, _)| name != "date");
            answer.headers.extend(date.map(|date| ("date".to_owned(), date.to_owned())));
            Reply::Answer(answer)
        })
    };
    for (date, expected) in [
        (Some("Sat, 21 Nov 2026 10:00:00 GMT"), Some("2026-11-21T10:00:00Z".parse().unwrap())),
        (Some("yesterday"), None),
        (None, None),
    ] {
        let proxy = dated(date);
        let snapshot = through(&proxy, &table).await.read(&job("j")).await.unwrap();
        assert_eq!((snapshot.store_time, snapshot.current), (expected, None), "{date:?}");
    }
}

#[tokio::test]
async fn the_history_of_many_jobs_is_asked_for_side_by_side() {
    let table = new_table().await;
    let store = direct(&table).await;
    for number in 0..40 {
        store.append(&entry(&job(&format!("job-{number}")), number)).await.unwrap();
    }
    let proxy = Proxy::start(Moto::shared().endpoint(), std::time::Duration::from_millis(60));
    let slow = through(&proxy, &table).await;
    let page = slow.history(&HistoryQuery { job: None, limit: 5, before: None }).await.unwrap();
    let runs: Vec<_> = page.entries.iter().map(|entry| entry.run_id.as_str()).collect();
    assert_eq!(runs, ["run-39", "run-38", "run-37", "run-36", "run-35"]);
    assert!(page.next.is_some());
    // The names, 40 jobs at most 16 at a time, the entries.
    assert!(proxy.rounds() < 12, "{} rounds", proxy.rounds());
}
