//! Making buckets, refusing those that will not do, and warnings.

use bellwether_core::store::{ClaimStore, StoreError};
use bellwether_engines::nats::{NatsOptions, NatsStore};
use bellwether_testkit::nats::{NatsCluster, NatsServer, Release};
use bellwether_testkit::store::fixtures::{entry, job, record};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{ELECTION, configuration, make_stream, open, patiently, request, swapped};

async fn refused(url: &str) -> StoreError {
    NatsStore::connect(url, NatsOptions::default()).await.unwrap_err()
}

/// What `nats kv add` makes, with settings on top.
fn bucket(name: &str, settings: &[(&str, Value)]) -> Value {
    let mut stream = json!({
        "name": format!("KV_{name}"), "subjects": [format!("$KV.{name}.>")], "retention": "limits", "storage": "file",
        "discard": "new", "max_msgs_per_subject": 1, "num_replicas": 1, "allow_rollup_hdrs": true, "deny_delete": true,
        "allow_direct": true,
    });
    for (setting, value) in settings {
        stream[*setting] = value.clone();
    }
    stream
}

async fn many_open_at_once(url: String) {
    let mut opening = JoinSet::new();
    for _ in 0..12 {
        let url = url.clone();
        opening.spawn(async move { NatsStore::connect(&url, NatsOptions::default()).await });
    }
    let opened = opening.join_all().await;
    assert_eq!(opened.into_iter().filter_map(Result::err).collect::<Vec<_>>(), []);
}

#[tokio::test]
async fn many_nodes_may_be_the_first() {
    let server = NatsServer::shared();
    many_open_at_once(server.url("first")).await;
    let made = configuration(server, "KV_first").await;
    assert_eq!((&made["storage"], &made["num_replicas"]), (&json!("file"), &json!(1)));
    assert_eq!((&made["max_msgs_per_subject"], &made["max_age"]), (&json!(1), &json!(0)));
    assert_eq!(made["allow_direct"], json!(false));
}

#[tokio::test]
async fn a_cluster_keeps_three_copies() {
    let cluster = NatsCluster::start(Release::Recent);
    many_open_at_once(cluster.url("copies")).await;
    for stream in ["KV_copies", "copies_history"] {
        assert_eq!(configuration(&cluster.servers()[0], stream).await["num_replicas"], json!(3), "{stream}");
    }
    let warnings = open(&cluster.url("copies")).await.warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("several servers lose power"), "{warnings:?}");
    let warnings = open(&cluster.servers()[0].url("copies")).await.warnings();
    assert!(warnings.len() == 2 && warnings[1].contains("name all servers"), "{warnings:?}");

    // With one server away there would be too few for three copies, and they would not come later.
    cluster.servers()[2].shut_down();
    let later = cluster.url("later");
    let refused = async || match NatsStore::connect(&later, NatsOptions::default()).await {
        Err(error) if error.to_string().contains("is away") => Ok(error),
        Err(error) => Err(error),
        Ok(store) => panic!("{:?}", store.warnings()),
    };
    let error = patiently(ELECTION, refused).await;
    assert!(error.remedy().contains("start all servers"), "{error:?}");
    cluster.servers()[2].restart();
    let opening = async || NatsStore::connect(&later, NatsOptions::default()).await;
    assert_eq!(patiently(ELECTION, opening).await.warnings().len(), 1);
}

#[tokio::test]
async fn copies_that_are_not_compared_and_swapped_are_refused() {
    let cluster = NatsCluster::start(Release::System);
    let version: Vec<u32> = Release::System.version().split('.').map(|part| part.parse().unwrap()).collect();
    let is_unsafe = version < vec![2, 9, 21];
    make_stream(&cluster.servers()[0], bucket("copies", &[("num_replicas", json!(3))])).await;
    let opened = NatsStore::connect(&cluster.url("copies"), NatsOptions::default()).await;
    assert_eq!(opened.is_err(), is_unsafe, "{version:?}: {opened:?}");
    if let Err(error) = opened {
        assert!(error.remedy().contains("upgrade all servers"), "{error:?}");
        let warnings = open(&cluster.url("made")).await.warnings().join("\n");
        assert!(warnings.contains("1 of 3 copies") && warnings.contains("upgrade"), "{warnings}");
    }
}

#[tokio::test]
async fn a_bucket_that_forgets_or_is_anothers_is_refused() {
    let server = NatsServer::shared();
    for (name, settings, why) in [
        ("aging", vec![("max_age", json!(3_600_000_000_000_u64))], "forgets records"),
        ("rolling", vec![("max_bytes", json!(1_000_000)), ("discard", json!("old"))], "forgets records"),
        ("foreign", vec![("subjects", json!(["foreign.>"]))], "does not keep $KV.foreign.> alone"),
        ("queue", vec![("retention", json!("interest"))], "forgets what was read"),
        ("mute", vec![("no_ack", json!(true))], "does not answer"),
    ] {
        make_stream(server, bucket(name, &settings)).await;
        let error = refused(&server.url(name)).await;
        assert!(matches!(error, StoreError::Unreadable { .. }), "{error:?}");
        assert!(error.to_string().contains(why) && error.remedy().contains("another bucket"), "{error:?}");
    }
    make_stream(server, json!({ "name": "taken_history", "subjects": ["taken.>"], "retention": "limits" })).await;
    assert!(refused(&server.url("taken")).await.to_string().contains("taken_history"));
}

#[tokio::test]
async fn a_bucket_made_by_hand_is_taken_as_it_is() {
    let server = NatsServer::shared();
    make_stream(server, bucket("by-hand", &[("max_msgs_per_subject", json!(5))])).await;
    let (store, job) = (open(&server.url("by-hand")).await, job("j"));
    let mut version = None;
    for beat in 1..=7 {
        version = Some(swapped(&store, &job, version.as_ref(), &record("r", beat)).await);
    }
    assert_eq!(store.records().await.unwrap(), [(job, record("r", 7))]);
    // Keys of others in the same bucket are not ours to read.
    request(server, "$KV.by-hand.other", "x".to_owned()).await;
    assert_eq!(store.records().await.unwrap().len(), 1);
    request(server, "$KV.by-hand.job.=41", "x".to_owned()).await;
    assert!(matches!(store.records().await, Err(StoreError::Unreadable { .. })));
}

#[tokio::test]
async fn a_key_removed_by_hand_is_no_record() {
    let server = NatsServer::shared();
    let (store, job) = (open(&server.url("removed")).await, job("j"));
    let client = async_nats::connect(server.address()).await.unwrap();
    for operation in ["DEL", "PURGE"] {
        let version = swapped(&store, &job, None, &record("r", 1)).await;
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("KV-Operation", operation);
        client.request_with_headers("$KV.removed.job.j", headers, "".into()).await.unwrap();
        assert_eq!(store.read(&job).await.unwrap().current, None);
        assert_eq!(store.records().await.unwrap(), []);
        let stale = store.swap(&job, Some(&version), &record("r", 2), &[]).await.unwrap();
        assert_eq!(stale, bellwether_core::store::Swap::Conflict);
        let version = swapped(&store, &job, None, &record("r", 3)).await;
        assert_eq!(store.read(&job).await.unwrap().current, Some((record("r", 3), version)));
        client.request("$JS.API.STREAM.PURGE.KV_removed", "".into()).await.unwrap();
    }
}

#[tokio::test]
async fn a_bucket_removed_by_hand_is_told() {
    let server = NatsServer::shared();
    let store = open(&server.url("gone")).await;
    for stream in ["KV_gone", "gone_history"] {
        request(server, &format!("$JS.API.STREAM.DELETE.{stream}"), String::new()).await;
    }
    let error = store.read(&job("j")).await.unwrap_err();
    assert!(error.remedy().contains("was removed"), "{error:?}");
    let error = store.swap(&job("j"), None, &record("r", 1), &[]).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert!(matches!(store.append(&entry(&job("j"), 1)).await, Err(StoreError::Unavailable { .. })));
}

#[tokio::test]
async fn what_may_cost_claims_is_warned_of() {
    let server = NatsServer::shared();
    let warnings = open(&server.url("power")).await.warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("sync_interval: always"), "{warnings:?}");
    make_stream(server, bucket("memory", &[("storage", json!("memory"))])).await;
    let warnings = open(&server.url("memory")).await.warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("in memory"), "{warnings:?}");
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_sent() {
    let server = NatsServer::start_with(Release::System, "max_payload: 10000");
    let store = open(&server.url("small")).await;
    let mut large = entry(&job("j"), 1);
    large.output.tail = vec![b'x'; 10_000];
    let error = store.append(&large).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }) && error.remedy().contains("max_payload"), "{error:?}");
    assert!(store.swap(&job("j"), None, &record("r", 1), &[large]).await.is_err());
    assert_eq!(store.read(&job("j")).await.unwrap().current, None);
}
