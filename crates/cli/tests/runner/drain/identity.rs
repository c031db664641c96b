//! Which node is meant.

use bellwether_testkit::imds::FakeImds;
use bellwether_testkit::process::Run;

use super::support::{ADDRESS, Account, NODE, end, holds, json, refusal, set};

fn on_instance(account: &Account, imds: &FakeImds, arguments: &[&str]) -> Run {
    let run = crate::fleet::support::with_keys(account.fleet.bare(&[&["lb"], arguments].concat()));
    run.env("AWS_ENDPOINT_URL", account.fleet.aws.url()).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url())
}

#[test]
fn this_node_is_the_instance_that_the_metadata_service_tells() {
    let account = Account::new();
    let before = account.all();
    let imds = FakeImds::builder().instance_id(NODE).private_ip(ADDRESS).v2_required().start();
    end(on_instance(&account, &imds, &["drain", "--settle", "0s", "--ip"]), 0);
    assert_eq!(account.ours(), set(&[]), "its own address was left as well");
    end(on_instance(&account, &imds, &["undrain"]), 0);
    assert_eq!(account.all(), before);
}

#[test]
fn off_ec2_a_node_must_be_named() {
    let account = Account::new();
    let (error, hint) = refusal(account.fleet.run(&["lb", "drain"]), 69);
    holds(&error, &["instance id cannot be had"]);
    holds(&hint, &["--node ID"]);
    assert_eq!(account.changes(), 0);
}

#[test]
fn the_configuration_may_name_the_instance_and_a_host_name_there_is_none() {
    let account = Account::new();
    let run = account.fleet.run_as(NODE, &["lb", "drain", "--dry-run", "--json"]);
    assert_eq!(json(&end(run, 0))["node"], NODE);
    refusal(account.fleet.run_as("web-1", &["lb", "drain", "--dry-run"]), 69);
}

#[test]
fn the_address_of_another_node_must_be_named() {
    let account = Account::new();
    let imds = FakeImds::builder().instance_id("i-2").private_ip("10.0.0.11").start();
    let run = on_instance(&account, &imds, &["drain", "--node", NODE, "--ip"]);
    let (error, hint) = refusal(run, 64);
    holds(&error, &["the address of i-1 is not known here"]);
    holds(&hint, &["--ip ADDRESS"]);
    let wrong = end(account.lb(&["drain", "--ip", "web-1"]), 64);
    holds(&wrong.stderr_text(), &["'web-1' is not an IP address"]);
    assert_eq!(account.changes(), 0);
}

#[test]
fn a_node_that_could_lead_out_of_the_state_directory_is_refused() {
    let account = Account::new();
    let (error, _) = refusal(account.fleet.run(&["lb", "undrain", "--node", "../../x"]), 64);
    holds(&error, &["'../../x' cannot name a journal"]);
}
