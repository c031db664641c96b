//! Who this node is: told, an instance, or a host.

use std::time::Duration;

use bellwether_testkit::imds::{Builder, FakeImds, Fault};
use bellwether_testkit::process::{Run, Sandbox};
use serde_json::json;

use super::support::{Fleet, bare, end, holds, json, refusal};

const ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

fn host() -> String {
    end(Sandbox::new().run("/usr/bin/uname").arg("-n"), 0).stdout_text().trim().to_owned()
}

fn fleet() -> Fleet {
    Fleet::with(|world| world.set_load_balancer("web", &[("i-1", "InService"), ("i-2", "InService")]))
}

/// The program on an instance.
fn on(imds: &FakeImds, fleet: &Fleet, arguments: &[&str]) -> Run {
    fleet.run(arguments).env("AWS_EC2_METADATA_DISABLED", "").env(ENDPOINT, imds.url())
}

const LEADER: &[&str] = &["leader", "--group", "elb:web"];

#[test]
fn an_instance_knows_itself_by_either_version_of_the_metadata_service() {
    let fleet = fleet();
    for builder in [
        Builder::default(),
        Builder::default().v2_required(),
        Builder::default().v1_only(404),
        Builder::default().v1_only(405),
    ] {
        let first = builder.clone().instance_id("i-1").start();
        end(on(&first, &fleet, LEADER), 0);
        let second = builder.instance_id("i-2").start();
        end(on(&second, &fleet, LEADER), 1);
    }
}

#[test]
fn version_two_is_preferred_and_its_token_is_used() {
    let imds = FakeImds::builder().instance_id("i-1").start();
    end(on(&imds, &fleet(), LEADER), 0);
    let requests = imds.requests();
    assert_eq!((requests[0].method.as_str(), requests.len()), ("PUT", 2));
    assert!(requests[1].header("x-aws-ec2-metadata-token").is_some());
}

#[test]
fn an_expired_token_and_a_busy_service_are_overcome() {
    for fault in [Fault::FirstGets(1, 401), Fault::First(1, 503)] {
        let imds = FakeImds::builder().instance_id("i-1").fault(fault).start();
        end(on(&imds, &fleet(), LEADER), 0);
    }
}

#[test]
fn a_metadata_service_that_fails_stops_the_command_and_says_why() {
    for (fault, why, remedy) in [
        (Fault::TokenRefused(403), "disabled for this instance", "--http-endpoint enabled"),
        (Fault::Always(403), "disabled for this instance", "--http-endpoint enabled"),
        (Fault::Always(404), "no such document", "AWS_EC2_METADATA_SERVICE_ENDPOINT"),
        (Fault::Always(503), "HTTP status 503", "try again"),
        (Fault::Always(401), "HTTP status 401", "try again"),
        (Fault::FirstGets(9, 401), "refused its own token", "metadata proxy"),
        (Fault::Garbage, "unusable", "AWS_EC2_METADATA_SERVICE_ENDPOINT"),
    ] {
        let imds = FakeImds::builder().instance_id("i-1").fault(fault).start();
        let (error, hint) = refusal(on(&imds, &fleet(), LEADER), 69);
        holds(&error, &["this node's instance id cannot be had", why]);
        holds(&hint, &[remedy]);
    }
}

#[test]
fn a_metadata_service_that_hangs_is_waited_for_within_bounds() {
    for fault in [Fault::Hang, Fault::HangOnToken] {
        let imds = FakeImds::builder().fault(fault).start();
        let fleet = fleet();
        let run = on(&imds, &fleet, LEADER).env("BELLWETHER_AWS_TIMEOUT", "1s");
        let (error, hint) = refusal(run.deadline(Duration::from_secs(30)), 69);
        holds(&error, &["hop limit"]);
        holds(&hint, &["--http-put-response-hop-limit 2"]);
    }
}

#[test]
fn off_ec2_the_host_name_is_the_id() {
    let closed = {
        let server = FakeImds::builder().start();
        server.url()
    };
    let host = host();
    let fleet = Fleet::with(|world| world.set_load_balancer("web", &[(&host, "InService"), ("~", "InService")]));
    end(fleet.run(LEADER), 0);
    end(fleet.run(LEADER).env("AWS_EC2_METADATA_DISABLED", "").env(ENDPOINT, closed), 0);
}

#[test]
fn a_node_that_is_told_its_id_asks_nobody() {
    let imds = FakeImds::builder().instance_id("i-2").start();
    let fleet = fleet();
    end(on(&imds, &fleet, &["leader", "--group", "elb:web", "--node", "i-1"]), 0);
    end(on(&imds, &fleet, LEADER).env("BELLWETHER_NODE", "i-1"), 0);
    assert_eq!(imds.requests().len(), 0);
    end(on(&imds, &fleet, LEADER), 1);
    assert!(!imds.requests().is_empty());
}

#[test]
fn the_flag_wins_over_the_variable() {
    end(fleet().run_as("i-2", &["leader", "--group", "elb:web", "--node", "i-1"]), 0);
}

#[test]
fn an_id_that_is_none_is_told() {
    let fleet = fleet();
    for node in ["", "a\u{7}b"] {
        let told = end(fleet.run(&["leader", "--group", "elb:web", "--node", node]), 64).stderr_text();
        holds(&told, &["--node", "the node's id"]);
    }
}

#[test]
fn a_list_with_this_hosts_name_is_enough_and_the_metadata_service_is_not_asked() {
    let imds = FakeImds::builder().instance_id("i-1").start();
    let sandbox = Sandbox::new();
    let group = format!("nodes:{},~other", host());
    let run = bare(&sandbox, &["roster", &group, "--json"]).env(ENDPOINT, imds.url());
    let roster = json(&end(run, 0));
    assert_eq!((&roster["node"], &roster["leads"]), (&json!(host()), &json!(true)));
    for arguments in [&["roster", "local"] as &[&str], &["doctor"]] {
        end(bare(&sandbox, arguments).env(ENDPOINT, imds.url()), 0);
    }
    assert_eq!(imds.requests().len(), 0);
}

#[test]
fn a_list_of_instance_ids_is_matched_by_the_instance_id() {
    let imds = FakeImds::builder().instance_id("i-1").start();
    let sandbox = Sandbox::new();
    let file = sandbox.write("nodes", "i-2\ni-1\n");
    for group in ["nodes:i-2,i-1".to_owned(), format!("file:{}", file.display())] {
        let roster = json(&end(bare(&sandbox, &["roster", &group, "--json"]).env(ENDPOINT, imds.url()), 0));
        assert_eq!((&roster["node"], &roster["leads"]), (&json!("i-1"), &json!(true)));
    }
    assert!(!imds.requests().is_empty());
}

#[test]
fn an_instance_is_found_by_the_address_that_the_metadata_service_tells() {
    let imds = FakeImds::builder().instance_id("i-1").private_ip("10.1.2.3").start();
    let fleet = Fleet::with(|world| drop(world.set_target_group("ips", &[("10.1.2.3", 80, "healthy")])));
    let roster = json(&end(on(&imds, &fleet, &["roster", "alb:ips", "--json"]), 0));
    assert_eq!((&roster["node"], &roster["leads"]), (&json!("i-1"), &json!(true)));
}

#[test]
fn a_roster_is_shown_also_by_a_node_that_does_not_know_itself() {
    let imds = FakeImds::builder().fault(Fault::Always(503)).start();
    let done = end(on(&imds, &fleet(), &["roster", "elb:web", "--json"]), 0);
    let roster = json(&done);
    assert_eq!((&roster["node"], &roster["leads"]), (&json!(null), &json!(null)));
    assert_eq!(super::support::members(&roster), ["i-1+", "i-2+"]);
    holds(&done.stderr_text(), &["bellwether: warning: this node's instance id cannot be had"]);
}
