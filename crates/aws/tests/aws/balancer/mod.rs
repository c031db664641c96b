//! Classic load balancers on moto, with boto3 as a second opinion, and on servers that misbehave.

mod faults;
mod many;
mod moto;
mod networks;
mod policies;
mod requests;
mod rules;
mod tutorial;

use std::time::Duration;

use bellwether_aws::{Aws, AwsSettings, Balancers};
use bellwether_core::balancer::{BalancerName, NewBalancer};
use bellwether_testkit::moto::Moto;
use serde_json::{Value, json};

use crate::support::{known, settings};

const PEER: &str = include_str!("peer.py");

/// A handle that does not lose patience with a busy machine.
fn balancers_at(url: &str, region: &str) -> Balancers {
    let settings = AwsSettings { timeout: Some(Duration::from_secs(30)), ..settings(&known(url)) };
    Aws::new(settings).balancers(Some(region))
}

/// A handle on a region of moto's. Every test has a region or names of its own.
fn balancers(region: &str) -> Balancers {
    balancers_at(Moto::shared().endpoint(), region)
}

/// Calls a function of `peer.py`, which asks moto by boto3.
fn boto(function: &str, arguments: &Value) -> Value {
    let script = format!("{PEER}\nprint(json.dumps({function}(**json.loads(os.environ['ARGUMENTS'])), default=str))\n");
    let printed = Moto::shared().run_boto(&script, &[("ARGUMENTS", &arguments.to_string())]);
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{function} printed '{printed}': {error}"))
}

/// What boto3 says of a load balancer.
fn described(region: &str, name: &BalancerName) -> Value {
    boto("describe", &json!({"region": region, "name": name}))
}

fn named(text: &str) -> BalancerName {
    text.parse().unwrap()
}

/// What a load balancer is made of when that does not matter.
fn plain(region: &str) -> NewBalancer {
    NewBalancer {
        listeners: vec!["80:8080/http".parse().unwrap()],
        zones: vec![format!("{region}a").parse().unwrap()],
        ..NewBalancer::default()
    }
}

/// A new load balancer of moto's.
async fn created(balancers: &Balancers, region: &str, name: &str) -> BalancerName {
    let name = named(name);
    balancers.create(&name, &plain(region)).await.unwrap();
    name
}

/// Parses each of the texts.
fn all<T: std::str::FromStr<Err: std::fmt::Debug>>(texts: &[&str]) -> Vec<T> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}
