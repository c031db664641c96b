//! The same groups as boto3 makes them in moto's AWS.

use bellwether_testkit::moto::Moto;
use bellwether_testkit::process::{Run, Sandbox};

use super::support::{bare, end, json, members};

/// A region that no other test asks, so that nothing else is in it.
const REGION: &str = "eu-central-1";

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let mut run = bare(sandbox, arguments);
    for (name, value) in Moto::shared().environment(REGION) {
        run = run.env(name, value);
    }
    run
}

fn roster(group: &str) -> Vec<String> {
    members(&json(&end(run(&Sandbox::new(), &["roster", group, "--json"]), 0)))
}

fn expected(mut members: Vec<String>) -> Vec<String> {
    members.sort();
    members
}

#[test]
fn a_classic_load_balancer_of_moto() {
    let moto = Moto::shared();
    let ids = moto.run_instances(REGION, 3, &[]);
    moto.create_load_balancer(REGION, "classic", &ids.iter().map(String::as_str).collect::<Vec<_>>());
    moto.stop_instances(REGION, &[&ids[1]]);
    let all = vec![format!("{}+", ids[0]), format!("{} OutOfService", ids[1]), format!("{}+", ids[2])];
    assert_eq!(roster("elb:classic"), expected(all));
}

#[test]
fn a_target_group_of_moto_by_name_and_by_arn() {
    let moto = Moto::shared();
    let ids = moto.run_instances(REGION, 2, &[]);
    let arn = moto.create_target_group(REGION, "targets", "instance", &[(&ids[0], None), (&ids[1], Some(8080))]);
    moto.stop_instances(REGION, &[&ids[0]]);
    let all = expected(vec![format!("{} unused", ids[0]), format!("{}+", ids[1])]);
    assert_eq!(roster("alb:targets"), all);
    assert_eq!(roster(&format!("alb:{arn}")), all);
    moto.create_target_group(REGION, "addresses", "ip", &[("172.31.0.5", Some(8080)), ("172.31.0.6", None)]);
    assert_eq!(roster("alb:addresses"), ["172.31.0.5+", "172.31.0.6+"]);
}

#[test]
fn an_auto_scaling_group_of_moto() {
    let ids = Moto::shared().create_asg(REGION, "scaled", 7);
    assert_eq!(roster("asg:scaled"), expected(ids.iter().map(|id| format!("{id}+")).collect()));
    let first = ids.iter().min().unwrap();
    let last = ids.iter().max().unwrap();
    let sandbox = Sandbox::new();
    end(run(&sandbox, &["leader", "--group", "asg:scaled", "--node", first]), 0);
    end(run(&sandbox, &["leader", "--group", "asg:scaled", "--node", last]), 1);
}

#[test]
fn tagged_instances_of_moto() {
    let moto = Moto::shared();
    let ids = moto.run_instances(REGION, 2, &[("Role", "black-box")]);
    moto.run_instances(REGION, 1, &[("Role", "other")]);
    moto.stop_instances(REGION, &[&ids[1]]);
    let all = expected(vec![format!("{}+", ids[0]), format!("{} stopped", ids[1])]);
    assert_eq!(roster("tag:Role=black-box"), all);
}

#[test]
fn names_that_moto_does_not_know_are_told() {
    for group in ["elb:unknown", "alb:unknown", "asg:unknown"] {
        let (error, hint) = super::support::refusal(run(&Sandbox::new(), &["roster", group]), 69);
        assert!(error.contains("unknown") && error.contains(REGION), "{error}");
        assert!(hint.starts_with("check the name"), "{hint}");
    }
}

#[test]
fn the_doctor_is_content_with_moto() {
    let moto = Moto::shared();
    let ids = moto.run_instances(REGION, 1, &[]);
    moto.create_load_balancer(REGION, "doctored", &[&ids[0]]);
    let sandbox = Sandbox::new();
    let arguments = ["doctor", "--group", "elb:doctored", "--store", "none", "--node", &ids[0]];
    let table = end(run(&sandbox, &arguments), 0).stdout_text();
    assert!(table.contains("elb:doctored: 1 member, 1 healthy; this node has rank 0"), "{table}");
    assert!(!table.contains("FAILED"), "{table}");
}
