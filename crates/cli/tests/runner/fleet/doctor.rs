//! `doctor` where all is well, or nearly.

use bellwether_testkit::fake_elb::{GroupInstance, Instance};
use bellwether_testkit::imds::FakeImds;
use bellwether_testkit::process::{Run, Sandbox};
use jiff::SignedDuration;
use serde_json::Value;

use super::support::{Fleet, SECRET, SESSION, bare, end, holds, json, with_keys};

/// The finding of a check.
fn finding<'a>(findings: &'a Value, check: &str) -> &'a Value {
    findings
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["check"] == check)
        .unwrap_or_else(|| panic!("no {check}: {findings}"))
}

fn states(findings: &Value) -> Vec<String> {
    let list = findings.as_array().unwrap().iter();
    list.map(|finding| format!("{} {}", finding["check"].as_str().unwrap(), finding["state"].as_str().unwrap()))
        .collect()
}

fn fleet() -> Fleet {
    Fleet::with(|world| {
        let states = [("i-1", "InService"), ("i-2", "InService"), ("i-3", "OutOfService")];
        world.set_load_balancer("web", &states);
        world.set_target_group("web", &[("i-1", 80, "healthy")]);
        world.auto_scaling_groups.insert("web".to_owned(), vec![GroupInstance::new("i-1", "InService", "Healthy")]);
        world.instances = vec![Instance::new("i-1", "running", &[("Role", "web")])];
    })
}

fn doctor(fleet: &Fleet, group: &str, node: &str) -> Run {
    fleet.run_as(node, &["doctor", "--json", "--store", "none", "--group", group])
}

#[test]
fn alone_with_the_embedded_store_all_is_well_and_again_the_next_time() {
    let sandbox = Sandbox::new();
    for _ in 0..2 {
        let table = end(bare(&sandbox, &["doctor"]), 0).stdout_text();
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), 4, "{table}");
        assert!(lines[0].starts_with("STATE") && lines[1..].iter().all(|line| line.starts_with("ok ")), "{table}");
        holds(lines[2], &["group", "local: 1 member, 1 healthy; this node has rank 0"]);
        holds(lines[3], &["store", sandbox.state().to_str().unwrap(), "compare-and-swap works"]);
    }
}

#[test]
fn on_an_instance_all_is_asked_and_all_is_well() {
    let fleet = fleet();
    let imds = FakeImds::builder().instance_id("i-1").role("web", "AKIDROLE", SECRET, SESSION).start();
    let run = fleet
        .bare(&["--verbose", "doctor", "--group", "elb:web", "--store", "none", "--json"])
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url())
        .env("AWS_ENDPOINT_URL", fleet.aws.url());
    let findings = json(&end(run, 0));
    let all = ["identity ok", "region ok", "credentials ok", "clock ok", "permission ok", "group ok", "store ok"];
    assert_eq!(states(&findings), all);
    assert_eq!(finding(&findings, "identity")["finding"], "i-1 in eu-west-1a");
    assert_eq!(finding(&findings, "region")["finding"], "eu-west-1, from the instance's identity");
    assert_eq!(finding(&findings, "permission")["finding"], "elasticloadbalancing:DescribeInstanceHealth");
    assert_eq!(finding(&findings, "group")["finding"], "elb:web: 3 members, 2 healthy; this node has rank 0");
    assert!(findings.as_array().unwrap().iter().all(|finding| finding["remedy"].is_null()));
}

#[test]
fn every_kind_of_group_is_checked_with_its_own_permissions() {
    let fleet = fleet();
    for (group, permissions) in [
        (
            "alb:web",
            &["elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"] as &[&str],
        ),
        ("asg:web", &["autoscaling:DescribeAutoScalingGroups"]),
        ("tag:Role=web", &["ec2:DescribeInstances"]),
    ] {
        let findings = json(&end(doctor(&fleet, group, "i-1"), 0));
        let list = findings.as_array().unwrap().iter().filter(|finding| finding["check"] == "permission");
        assert_eq!(list.map(|finding| finding["finding"].as_str().unwrap()).collect::<Vec<_>>(), permissions);
        holds(finding(&findings, "group")["finding"].as_str().unwrap(), &["1 member, 1 healthy; this node has rank 0"]);
    }
}

#[test]
fn the_arn_of_a_target_group_tells_the_region_where_none_is_configured() {
    let mut arn = String::new();
    let fleet = Fleet::with(|world| arn = world.set_target_group("web", &[("i-1", 80, "healthy")]));
    let group = format!("alb:{arn}");
    let arguments = ["doctor", "--json", "--store", "none", "--node", "i-1", "--group", &group];
    let run = with_keys(fleet.bare(&arguments)).env("AWS_EC2_METADATA_DISABLED", "true");
    let findings = json(&end(run.env("AWS_ENDPOINT_URL", fleet.aws.url()), 0));
    let region = finding(&findings, "region")["finding"].as_str().unwrap();
    assert_eq!(region, format!("{}, from the group's ARN", arn.split(':').nth(3).unwrap()));
    assert_eq!(finding(&findings, "credentials")["state"], "ok");
}

#[test]
fn an_unhealthy_member_and_a_stranger_are_warned_but_nothing_has_failed() {
    let fleet = fleet();
    let ill = json(&end(doctor(&fleet, "elb:web", "i-3"), 0));
    let group = finding(&ill, "group");
    assert_eq!(group["state"], "warning");
    holds(group["finding"].as_str().unwrap(), &["this node is OutOfService"]);
    holds(group["remedy"].as_str().unwrap(), &["until it is healthy", "UnhealthyThreshold"]);
    let stranger = json(&end(doctor(&fleet, "elb:web", "i-9"), 0));
    let group = finding(&stranger, "group");
    assert_eq!(group["state"], "warning");
    holds(group["finding"].as_str().unwrap(), &["3 members, 2 healthy", "not one of them"]);
    holds(group["remedy"].as_str().unwrap(), &["--node ID"]);
}

#[test]
fn a_clock_that_is_off_is_told_before_it_hurts_and_fails_when_it_does() {
    let fleet = fleet();
    for (ahead, state, status) in
        [(0, "ok", 0), (12, "warning", 0), (-12, "warning", 0), (120, "failed", 1), (-3600, "failed", 1)]
    {
        fleet.aws.set_clock_ahead(SignedDuration::from_secs(ahead));
        let findings = json(&end(doctor(&fleet, "elb:web", "i-1"), status));
        let clock = finding(&findings, "clock");
        assert_eq!(clock["state"], state, "{ahead}: {clock}");
        if state != "ok" {
            holds(clock["remedy"].as_str().unwrap(), &["chronyc", "timedatectl"]);
        }
    }
}

#[test]
fn lists_of_nodes_are_checked_without_aws() {
    let sandbox = Sandbox::new();
    let run = bare(&sandbox, &["doctor", "--json", "--store", "none", "--group", "nodes:b,a", "--node", "b"]);
    let findings = json(&end(run, 0));
    assert_eq!(states(&findings), ["identity ok", "group ok", "store ok"]);
    holds(
        finding(&findings, "group")["finding"].as_str().unwrap(),
        &["nodes:b,a: 2 members, 2 healthy; this node has rank 1"],
    );
}
