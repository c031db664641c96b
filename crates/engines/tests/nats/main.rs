//! The NATS store on real servers: what every store must do, and what this one promises beyond.
//!
//! - `conformance`: the suite, on both releases of the server and on a cluster
//! - `opening`: making buckets, refusing those that will not do, and warnings
//! - `identity`: credentials and TLS
//! - `clock`: what the servers say the time is
//! - `outages`: a server that restarts, hangs or is away
//! - `cluster`: three servers, of which one or two are lost
//! - `history`: long histories, large entries, and pruning
//! - `timing`: what a call costs, printed on request

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a failure here is a failed test, and real clocks and processes are the point"
)]

mod clock;
mod cluster;
mod conformance;
mod history;
mod identity;
mod opening;
mod outages;
mod timing;

use std::time::{Duration, Instant};

use async_nats::Message;
use bellwether_core::claim::Record;
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, StoreError, Swap, Version};
use bellwether_engines::nats::{NatsOptions, NatsStore};
use bellwether_testkit::nats::NatsServer;
use serde_json::Value;

/// How long the servers of a cluster may take to choose a new leader.
const ELECTION: Duration = Duration::from_secs(120);

async fn open(url: &str) -> NatsStore {
    NatsStore::connect(url, NatsOptions::default()).await.unwrap()
}

/// The version of a swap that must succeed.
async fn swapped(store: &NatsStore, job: &JobName, expected: Option<&Version>, record: &Record) -> Version {
    match store.swap(job, expected, record, &[]).await {
        Ok(Swap::Swapped(version)) => version,
        other => panic!("the swap of {job} from {expected:?}: {other:?}"),
    }
}

/// Makes a request as an administrator's tools would.
async fn request(server: &NatsServer, subject: &str, body: String) -> Message {
    let client = async_nats::connect(server.address()).await.unwrap();
    client.request(subject.to_owned(), body.into()).await.unwrap()
}

/// The configuration of a stream, or null.
async fn configuration(server: &NatsServer, stream: &str) -> Value {
    let answer = request(server, &format!("$JS.API.STREAM.INFO.{stream}"), String::new()).await;
    serde_json::from_slice::<Value>(&answer.payload).unwrap()["config"].take()
}

/// Makes a stream as an administrator would.
async fn make_stream(server: &NatsServer, configuration: Value) {
    let stream = configuration["name"].as_str().unwrap();
    let answer = request(server, &format!("$JS.API.STREAM.CREATE.{stream}"), configuration.to_string()).await;
    let answer: Value = serde_json::from_slice(&answer.payload).unwrap();
    assert_eq!(answer["error"], Value::Null, "{configuration}");
}

/// Calls until it works, as callers do after an outage, and tells how long that took.
async fn patiently<T>(limit: Duration, call: impl AsyncFn() -> Result<T, StoreError>) -> T {
    let start = Instant::now();
    loop {
        match call().await {
            Ok(value) => return value,
            Err(error) => assert!(start.elapsed() < limit, "after {:?}: {error}", start.elapsed()),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
