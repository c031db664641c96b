//! Long histories, large entries, and pruning.

use std::collections::BTreeSet;

use bellwether_core::claim::Entry;
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, Cursor, HistoryPage, HistoryQuery, StoreError};
use bellwether_engines::nats::{LARGEST_PAGE, NatsStore};
use bellwether_testkit::nats::NatsServer;
use bellwether_testkit::store::fixtures::{entry, instant, job, record};
use serde_json::json;

use super::{open, request};

async fn page(store: &NatsStore, job: Option<&JobName>, limit: usize, before: Option<Cursor>) -> HistoryPage {
    store.history(&HistoryQuery { job: job.cloned(), limit, before }).await.unwrap()
}

/// Adds the entries of many runs, some hundred with each swap of a record that nobody looks at.
async fn fill(store: &NatsStore, filled: &JobName, runs: std::ops::Range<u64>) {
    let entries: Vec<Entry> = runs.map(|number| entry(filled, number)).collect();
    for some in entries.chunks(250) {
        let unseen = job(&format!("before {}", some[0].run_id));
        store.swap(&unseen, None, &record("r", 1), some).await.unwrap();
    }
}

#[tokio::test]
async fn a_rare_job_is_found_among_many_entries_of_others() {
    let store = open(&NatsServer::shared().url("rare")).await;
    let (rare, busy) = (job("rare"), job("busy"));
    for number in 0..3 {
        store.append(&entry(&rare, number)).await.unwrap();
        fill(&store, &busy, number * 1_000..(number + 1) * 1_000).await;
    }
    let first = page(&store, Some(&rare), 2, None).await;
    assert_eq!(first.entries, [entry(&rare, 2), entry(&rare, 1)]);
    let second = page(&store, Some(&rare), 2, first.next).await;
    assert_eq!(second, HistoryPage { entries: vec![entry(&rare, 0)], next: None });
    assert_eq!(page(&store, None, usize::MAX, None).await.entries.len(), LARGEST_PAGE);
}

#[tokio::test]
async fn a_page_of_large_entries_is_bounded_in_bytes() {
    let store = open(&NatsServer::shared().url("large")).await;
    let large = job("large");
    for number in 0..300 {
        let mut entry = entry(&large, number);
        entry.output.tail = vec![u8::try_from(number % 256).unwrap(); 64 * 1024];
        store.append(&entry).await.unwrap();
    }
    let (mut runs, mut before, mut pages) = (BTreeSet::new(), None, 0);
    loop {
        let page = page(&store, None, 1_000, before).await;
        let bytes: usize = page.entries.iter().map(|entry| entry.output.tail.len()).sum();
        assert!(bytes <= 16 * 1024 * 1024, "{bytes}");
        runs.extend(page.entries.into_iter().map(|entry| entry.run_id));
        pages += 1;
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!((runs.len(), pages), (300, 2));
}

/// Every third entry is old, in no order.
fn scattered(number: u64) -> Entry {
    let recorded = instant(if number % 3 == 1 { number } else { 1_000_000 + number });
    Entry { recorded, ..entry(&job("j"), number) }
}

#[tokio::test]
async fn two_may_prune_at_once_and_pages_lead_over_the_gaps() {
    let server = NatsServer::shared();
    let (one, other) = (open(&server.url("pruned")).await, open(&server.url("pruned")).await);
    for number in 0..600 {
        one.append(&scattered(number)).await.unwrap();
    }
    let (removed, also_removed) = tokio::join!(one.prune(instant(1_000_000)), other.prune(instant(1_000_000)));
    assert_eq!(removed.unwrap() + also_removed.unwrap(), 200);
    let mut left = Vec::new();
    let mut before = None;
    loop {
        let page = page(&one, Some(&job("j")), 37, before).await;
        left.extend(page.entries);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    let expected: Vec<Entry> = (0..600).rev().filter(|number| number % 3 != 1).map(scattered).collect();
    assert!(left == expected, "{} entries are left", left.len());
    assert_eq!(one.prune(instant(1_000_000)).await, Ok(0));
    assert_eq!(one.prune(instant(2_000_000)).await, Ok(400));
    assert_eq!(page(&one, None, 10, None).await, HistoryPage::default());
}

#[tokio::test]
async fn what_others_wrote_into_the_history_is_refused() {
    let server = NatsServer::shared();
    let store = open(&server.url("foreign-lines")).await;
    store.append(&entry(&job("j"), 1)).await.unwrap();
    request(server, "foreign-lines_history.x.y.done", "{\"format\":2}\n".to_owned()).await;
    let query = HistoryQuery { job: None, limit: 10, before: None };
    let error = store.history(&query).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreadable { .. }) && error.remedy().contains("upgrade"), "{error:?}");
    assert!(matches!(store.prune(instant(0)).await, Err(StoreError::Unreadable { .. })));
    let broken = Some(Cursor("x".to_owned()));
    assert!(matches!(
        store.history(&HistoryQuery { before: broken, ..query }).await,
        Err(StoreError::Unreadable { .. })
    ));
}

/// A reader that looks at the newest lines does not care whether they are few or many.
#[tokio::test]
async fn a_page_takes_few_requests_however_long_the_history_is() {
    let server = NatsServer::start(bellwether_testkit::nats::Release::Recent);
    let store = open(&server.url("long")).await;
    fill(&store, &job("j"), 0..5_000).await;
    let client = async_nats::connect(server.address()).await.unwrap();
    let mut consumers = client.subscribe("$JS.API.CONSUMER.CREATE.>").await.unwrap();
    client.flush().await.unwrap();
    assert_eq!(page(&store, Some(&job("j")), 20, None).await.entries.len(), 20);
    client.publish("$JS.API.CONSUMER.CREATE.end", json!({}).to_string().into()).await.unwrap();
    let mut made = 0;
    while let Some(message) = futures_util::StreamExt::next(&mut consumers).await {
        if message.subject.ends_with(".end") {
            break;
        }
        made += 1;
    }
    assert_eq!(made, 2);
}
