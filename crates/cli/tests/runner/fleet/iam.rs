//! `iam`: the policies, exactly.

use bellwether_testkit::process::Sandbox;
use serde_json::{Value, json};

use super::support::{bare, end, json};

fn policy(arguments: &[&str]) -> Value {
    let done = end(bare(&Sandbox::new(), &[&["iam"], arguments].concat()), 0);
    assert_eq!(done.stderr_text(), "");
    json(&done)
}

fn allowing(actions: &[&str]) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
}

const HEALTH: &str = "elasticloadbalancing:DescribeInstanceHealth";
const GROUPS: &str = "elasticloadbalancing:DescribeTargetGroups";
const TARGETS: &str = "elasticloadbalancing:DescribeTargetHealth";
const SCALING: &str = "autoscaling:DescribeAutoScalingGroups";
const INSTANCES: &str = "ec2:DescribeInstances";

#[test]
fn a_group_is_allowed_what_it_asks_and_no_more() {
    let arn = "alb:arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";
    for (group, actions) in [
        ("elb:web", &[HEALTH] as &[&str]),
        ("alb:web", &[GROUPS, TARGETS]),
        (arn, &[TARGETS]),
        ("asg:web", &[SCALING]),
        ("tag:Role=web", &[INSTANCES]),
    ] {
        assert_eq!(policy(&["once", "--group", group]), allowing(actions), "{group}");
    }
    assert_eq!(policy(&["clustercron", "--group", "elb:web"]), allowing(&[HEALTH]));
}

#[test]
fn without_a_group_every_kind_that_the_command_takes_is_allowed() {
    assert_eq!(policy(&["once"]), allowing(&[SCALING, INSTANCES, HEALTH, GROUPS, TARGETS]));
    assert_eq!(policy(&["clustercron"]), allowing(&[HEALTH, GROUPS, TARGETS]));
}

#[test]
fn groups_that_aws_is_not_asked_about_need_nothing() {
    let sandbox = Sandbox::new();
    for group in ["local", "nodes:a,b", "file:/etc/fleet"] {
        let done = end(bare(&sandbox, &["iam", "once", "--group", group]), 0);
        assert_eq!(done.stdout_text(), "");
        assert_eq!(done.stderr_text(), "bellwether: nothing needs to be allowed: AWS is not asked\n");
    }
}

#[test]
fn what_is_asked_for_must_be_known() {
    let sandbox = Sandbox::new();
    for arguments in [&["iam"] as &[&str], &["iam", "cron"], &["iam", "once", "--group", "web"]] {
        assert_eq!(end(bare(&sandbox, arguments), 64).stdout_text(), "");
    }
}
