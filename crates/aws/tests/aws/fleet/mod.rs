//! The transport of fleet commands on moto.

mod clean;
mod conformance;
mod faults;
mod made;
mod permissions;

use std::time::Duration;

use bellwether_aws::{Aws, AwsFleet, AwsSettings};
use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::names::NodeId;
use bellwether_testkit::moto::Moto;
use serde_json::Value;

use crate::support::{known, settings};

/// A handle that does not lose patience with a busy machine.
fn patient(url: &str) -> Aws {
    Aws::new(AwsSettings { timeout: Some(Duration::from_secs(60)), ..settings(&known(url)) })
}

/// The transport of an environment on moto. Every test has an environment of its own.
fn fleet(env: &str) -> AwsFleet {
    fleet_at(Moto::shared().endpoint(), env)
}

fn fleet_at(url: &str, env: &str) -> AwsFleet {
    AwsFleet::new(&patient(url), &environment(env))
}

fn environment(name: &str) -> EnvironmentName {
    name.parse().unwrap()
}

fn node(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

fn call(number: u8) -> RequestId {
    RequestId::new(jiff::Timestamp::from_second(1_790_000_000).unwrap(), [number; 10])
}

/// The value of a Python expression, with boto3's `sqs`, `sns` and `dynamodb`, and `url(NAME)` for a queue's URL.
fn boto(expression: &str) -> Value {
    let script = format!(
        "import boto3, json\nsqs, sns, dynamodb = [boto3.client(s) for s in ('sqs', 'sns', 'dynamodb')]\n\
         url = lambda name: sqs.get_queue_url(QueueName=name)['QueueUrl']\nprint(json.dumps({expression}, default=str))\n"
    );
    serde_json::from_str(&Moto::shared().run_boto(&script, &[])).unwrap()
}
