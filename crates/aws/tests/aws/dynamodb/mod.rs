//! The DynamoDB store on moto, directly and through proxies that misbehave.

mod conformance;
mod creation;
mod credentials;
mod expiry;
mod faults;
mod requests;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings, DynamoStore};
use bellwether_testkit::http::{Exchange, Reply, Request};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;

use crate::support::{known, settings};

/// A handle that does not lose patience with a busy machine.
fn aws_at(url: &str) -> Aws {
    Aws::new(AwsSettings { timeout: Some(Duration::from_secs(30)), ..settings(&known(url)) })
}

/// A name that no other test has.
fn new_name() -> String {
    static TABLES: AtomicU32 = AtomicU32::new(0);
    format!("table-{}", TABLES.fetch_add(1, Ordering::Relaxed))
}

/// A table of moto's that no other test has.
async fn new_table() -> String {
    let name = new_name();
    aws_at(Moto::shared().endpoint()).create_claim_table(&name).await.unwrap();
    name
}

/// The store in a table, without a proxy.
async fn direct(table: &str) -> DynamoStore {
    aws_at(Moto::shared().endpoint()).claim_store(table).await.unwrap()
}

/// The store in a table, through a proxy.
async fn through(proxy: &Proxy, table: &str) -> DynamoStore {
    aws_at(&proxy.url()).claim_store(table).await.unwrap()
}

/// A proxy to moto that changes nothing.
fn recording() -> Proxy {
    Proxy::start(Moto::shared().endpoint(), Duration::ZERO)
}

/// Which operation a request is.
fn operation(request: &Request) -> &str {
    request.header("x-amz-target").and_then(|target| target.split('.').nth(1)).unwrap_or("?")
}

/// The operations a proxy has seen.
fn operations(log: &[Exchange]) -> Vec<&str> {
    log.iter().map(|exchange| operation(&exchange.request)).collect()
}

/// An error as DynamoDB tells it.
fn refusal(status: u16, code: &str) -> Reply {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"because"}}"#);
    Reply::answer(status, "application/x-amz-json-1.0", body)
}

/// A proxy to moto that refuses the first so many requests.
fn refusing(first: u32, status: u16, code: &'static str) -> Proxy {
    let left = AtomicU32::new(first);
    Proxy::altering(Moto::shared().endpoint(), move |_, pass_on| {
        match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
            Ok(_) => refusal(status, code),
            Err(_) => pass_on(),
        }
    })
}

/// Runs a Python script with boto3's `table` for a table of moto's; returns what it printed.
fn boto(table: &str, script: &str, env: &[(&str, &str)]) -> String {
    let script = format!("import boto3, json, os\ntable = boto3.resource('dynamodb').Table('{table}')\n{script}");
    Moto::shared().run_boto(&script, env)
}
