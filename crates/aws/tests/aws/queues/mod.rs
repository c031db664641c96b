//! Queues on moto, with boto3 as a second opinion, and through proxies that misbehave.

mod creation;
mod faults;
mod messages;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings, Queue, QueueAttributes, Queues, Receive};
use bellwether_testkit::http::Request;
use bellwether_testkit::moto::Moto;
use serde_json::Value;

use crate::support::{known, settings};

/// A handle that does not lose patience with a busy machine.
fn queues_at(url: &str) -> Queues {
    Queues::new(&Aws::new(AwsSettings { timeout: Some(Duration::from_secs(30)), ..settings(&known(url)) }))
}

fn queues() -> Queues {
    queues_at(Moto::shared().endpoint())
}

/// A name that no other test has.
fn new_name() -> String {
    static QUEUES: AtomicU32 = AtomicU32::new(0);
    format!("queue-{}", QUEUES.fetch_add(1, Ordering::Relaxed))
}

/// Messages are seen by everybody, and kept for a minute.
fn attributes() -> QueueAttributes {
    QueueAttributes {
        visibility: Duration::ZERO,
        retention: Duration::from_secs(60),
        max_message_size: 65_536,
        wait: Duration::ZERO,
        policy: None,
        tags: BTreeMap::from([("bellwether:env".to_owned(), "testing".to_owned())]),
    }
}

/// A new queue of moto's.
async fn new_queue() -> Queue {
    queues().create(&new_name(), &attributes()).await.unwrap().queue
}

const AT_ONCE: Receive = Receive { wait: Duration::ZERO, max: 10, visibility: Some(Duration::ZERO) };

/// The value of a Python expression about the queue `url`, which boto3's `sqs` can be asked about.
fn boto(queue: &Queue, expression: &str) -> Value {
    let script = format!(
        "import boto3, json\nsqs, url = boto3.client('sqs'), '{}'\nprint(json.dumps({expression}))\n",
        queue.url()
    );
    serde_json::from_str(&Moto::shared().run_boto(&script, &[])).unwrap()
}

/// Which operation a request is.
fn operation(request: &Request) -> &str {
    request.header("x-amz-target").and_then(|target| target.split('.').nth(1)).unwrap_or("?")
}
