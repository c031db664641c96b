//! What is known after a fault, and what is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bellwether_aws::{Aws, AwsSettings};
use bellwether_core::store::{ClaimStore, HistoryQuery, StoreError, Swap};
use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use bellwether_testkit::store::fixtures::{entry, instant, job, record};
use serde_json::{Value, json};

use super::{direct, new_name, new_table, operation, operations, recording, refusal, refusing, through};
use crate::support::{TIMEOUT, known, settings};

/// A proxy that passes writes on, and makes something else of their answers.
fn losing(answer: Reply) -> Proxy {
    Proxy::altering(Moto::shared().endpoint(), move |request, pass_on| {
        let reply = pass_on();
        if operation(request) == "GetItem" { reply } else { answer.clone() }
    })
}

fn is_unavailable(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { .. })
}

#[tokio::test]
async fn a_lost_answer_is_told_and_read_back() {
    for answer in [Reply::Drop, Reply::text(502, "no"), refusal(500, "InternalServerError"), Reply::text(200, "[")] {
        let table = new_table().await;
        let proxy = losing(answer.clone());
        let store = through(&proxy, &table).await;
        let job = job("j");
        let mut expected = None;
        // With a transaction, then without.
        for beat in 1..=2 {
            let lost = store.swap(&job, expected.as_ref(), &record("mine", beat), &[]).await;
            assert!(matches!(lost, Err(StoreError::AnswerLost { .. })), "{answer:?}: {lost:?}");
            let (found, version) = store.read(&job).await.unwrap().current.unwrap();
            assert_eq!(found, record("mine", beat));
            expected = Some(version);
        }
        let lost = store.append(&entry(&job, 1)).await;
        assert!(matches!(lost, Err(StoreError::AnswerLost { .. })), "{answer:?}: {lost:?}");
        let expected = ["TransactWriteItems", "GetItem", "PutItem", "GetItem", "TransactWriteItems"];
        assert_eq!(operations(&proxy.log()), expected, "no write is made twice");
        let query = HistoryQuery { job: Some(job), limit: 5, before: None };
        assert_eq!(direct(&table).await.history(&query).await.unwrap().entries.len(), 1);
    }
}

#[tokio::test]
async fn what_was_not_done_for_now_is_tried_again() {
    for code in ["ProvisionedThroughputExceededException", "ThrottlingException", "TransactionConflictException"] {
        let table = new_table().await;
        let proxy = refusing(1, 400, code);
        let store = through(&proxy, &table).await;
        let swap = store.swap(&job("j"), None, &record("r", 1), &[]).await;
        assert!(matches!(swap, Ok(Swap::Swapped(_))), "{code}: {swap:?}");
        assert_eq!(proxy.log().len(), 2, "{code}");
    }
}

#[tokio::test]
async fn a_transaction_in_the_way_is_waited_for() {
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "cancelled",
        "CancellationReasons": [{"Code": "TransactionConflict", "Message": "ongoing"}, {"Code": "None"}],
    });
    let table = new_table().await;
    let first = AtomicBool::new(true);
    let proxy =
        Proxy::altering(Moto::shared().endpoint(), move |_, pass_on| match first.swap(false, Ordering::Relaxed) {
            true => Reply::answer(400, "application/x-amz-json-1.0", body.to_string()),
            false => pass_on(),
        });
    let swap = through(&proxy, &table).await.swap(&job("j"), None, &record("r", 1), &[]).await;
    assert!(matches!(swap, Ok(Swap::Swapped(_))), "{swap:?}");
    assert_eq!(proxy.log().len(), 2);
}

#[tokio::test]
async fn throttling_that_lasts_is_not_made() {
    let table = new_table().await;
    let proxy = refusing(u32::MAX, 400, "ProvisionedThroughputExceededException");
    let store = through(&proxy, &table).await;
    let swap = store.swap(&job("j"), None, &record("r", 1), &[]).await.unwrap_err();
    assert!(is_unavailable(&swap) && swap.remedy().contains("more capacity"), "{swap:?}");
    assert_eq!(proxy.log().len(), 2, "as many attempts as the settings say");
    let read = store.read(&job("j")).await.unwrap_err();
    assert!(is_unavailable(&read) && read.to_string().contains("ProvisionedThroughputExceeded"), "{read:?}");
}

#[tokio::test]
async fn a_denial_names_the_action_and_the_policy() {
    let proxy = refusing(u32::MAX, 400, "AccessDeniedException");
    let store = through(&proxy, "claims").await;
    let record = record("r", 1);
    let errors = [
        ("dynamodb:GetItem", store.read(&job("j")).await.unwrap_err()),
        ("dynamodb:PutItem", store.swap(&job("j"), None, &record, &[]).await.unwrap_err()),
        ("dynamodb:PutItem", store.append(&entry(&job("j"), 1)).await.unwrap_err()),
        ("dynamodb:Query", store.records().await.unwrap_err()),
        ("dynamodb:Query", store.prune(instant(0)).await.unwrap_err()),
    ];
    for (action, error) in errors {
        assert!(is_unavailable(&error), "{error:?}");
        assert!(error.to_string().contains(action) && error.to_string().contains("claims"), "{error}");
        let remedy = format!("allow {action} to these credentials; 'bellwether iam once --store dynamodb:claims'");
        assert!(error.remedy().starts_with(&remedy), "{}", error.remedy());
        assert!(!format!("{error:?} {store:?}").contains("example-secret"));
    }
    assert_eq!(proxy.log().len(), 5, "a denial is final");
}

#[tokio::test]
async fn a_missing_table_is_to_be_created() {
    let name = new_name();
    let store = direct(&name).await;
    let errors = [
        store.read(&job("j")).await.unwrap_err(),
        store.append(&entry(&job("j"), 1)).await.unwrap_err(),
        store.records().await.unwrap_err(),
    ];
    for error in errors {
        assert!(is_unavailable(&error) && error.to_string().contains("ResourceNotFoundException"), "{error:?}");
        assert!(error.remedy().contains(&format!("'bellwether store create dynamodb:{name}'")), "{}", error.remedy());
    }
}

#[tokio::test]
async fn silence_has_an_end() {
    let silent = Server::start("127.0.0.1:0", |_| Reply::Hang);
    let url = silent.url();
    let aws = Aws::new(AwsSettings { timeout: Some(TIMEOUT), ..settings(&known(&url)) });
    let store = aws.claim_store("claims").await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "how long it takes is what is tested")]
    let began = Instant::now();
    let read = store.read(&job("j")).await.unwrap_err();
    assert!(is_unavailable(&read) && read.to_string().contains("no answer in time"), "{read}");
    let swap = store.swap(&job("j"), None, &record("r", 1), &[]).await.unwrap_err();
    assert!(matches!(swap, StoreError::AnswerLost { .. }), "{swap:?}");
    assert_eq!(silent.requests().len(), 3, "a read is tried twice, a write once");
    assert!(began.elapsed() < 2 * aws.limits().whole_operation() + Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn nothing_was_sent_where_nobody_listens() {
    let gone = Server::start("127.0.0.1:0", |_| Reply::Drop);
    let url = gone.url();
    drop(gone);
    let aws = Aws::new(settings(&known(&url)));
    let store = aws.claim_store("claims").await.unwrap();
    for swap in
        [store.swap(&job("j"), None, &record("r", 1), &[]).await.map(|_| ()), store.append(&entry(&job("j"), 1)).await]
    {
        let error = swap.unwrap_err();
        assert!(is_unavailable(&error) && error.to_string().contains("no connection"), "{error:?}");
        assert!(error.remedy().contains("check the network"), "{}", error.remedy());
    }
}

/// A proxy that leaves the first so many batches undone.
fn unprocessing(batches: u32, operation_name: &'static str, left: &'static str) -> Proxy {
    let left_undone = Arc::new(AtomicU32::new(batches));
    Proxy::altering(Moto::shared().endpoint(), move |request, pass_on| {
        let undone = || left_undone.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if operation(request) != operation_name || undone().is_err() {
            return pass_on();
        }
        let asked: Value = serde_json::from_str(&request.text()).unwrap();
        Reply::answer(200, "application/x-amz-json-1.0", json!({ left: asked["RequestItems"] }).to_string())
    })
}

#[tokio::test]
async fn what_a_batch_leaves_undone_is_asked_for_again() {
    let table = new_table().await;
    let store = direct(&table).await;
    store.swap(&job("j"), None, &record("r", 1), &[entry(&job("j"), 1)]).await.unwrap();
    let reads = unprocessing(2, "BatchGetItem", "UnprocessedKeys");
    assert_eq!(through(&reads, &table).await.records().await.unwrap().len(), 1);
    let deletes = unprocessing(1, "BatchWriteItem", "UnprocessedItems");
    assert_eq!(through(&deletes, &table).await.prune(instant(9_000)).await.unwrap(), 1);
    let query = HistoryQuery { job: None, limit: 5, before: None };
    assert!(store.history(&query).await.unwrap().entries.is_empty());
}

#[tokio::test]
async fn a_batch_that_makes_no_progress_is_given_up() {
    let table = new_table().await;
    direct(&table).await.swap(&job("j"), None, &record("r", 1), &[]).await.unwrap();
    let never = unprocessing(u32::MAX, "BatchGetItem", "UnprocessedKeys");
    let error = through(&never, &table).await.records().await.unwrap_err();
    assert!(is_unavailable(&error) && error.to_string().contains("left undone"), "{error:?}");
}

#[tokio::test]
async fn a_place_that_is_none_is_refused() {
    let table = new_table().await;
    let before = Some(bellwether_core::store::Cursor("17".to_owned()));
    let proxy = recording();
    let page = through(&proxy, &table).await.history(&HistoryQuery { job: None, limit: 1, before }).await;
    assert!(matches!(page, Err(StoreError::Unreadable { .. })), "{page:?}");
    assert!(proxy.log().is_empty());
}

#[tokio::test]
async fn of_two_hosts_one_claims() {
    let table = new_table().await;
    let (one, other) = (direct(&table).await, direct(&table).await);
    let job = job("j");
    for tick in 0..20 {
        let expected = one.read(&job).await.unwrap().current.map(|(_, version)| version);
        let (mine, theirs) = (record("one", tick), record("other", tick));
        let (mine_entries, their_entries) = ([entry(&job, 2 * tick)], [entry(&job, 2 * tick + 1)]);
        let swaps = tokio::join!(
            one.swap(&job, expected.as_ref(), &mine, &mine_entries),
            other.swap(&job, expected.as_ref(), &theirs, &their_entries)
        );
        let won = [swaps.0.unwrap(), swaps.1.unwrap()].map(|swap| swap != Swap::Conflict);
        assert_ne!(won[0], won[1], "in round {tick}");
    }
    let page = one.history(&HistoryQuery { job: None, limit: 100, before: None }).await.unwrap();
    assert_eq!(page.entries.len(), 20, "the entries of a claim that was not made are not there");
}
