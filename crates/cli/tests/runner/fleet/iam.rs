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

/// The actions of a policy, by the resource they are limited to.
fn by_resource(policy: &Value) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().replace("arn:aws:elasticloadbalancing:*:*:", "");
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = |statement: &Value| statement["Action"].as_array().unwrap().iter().map(text).collect();
    statements.map(|statement| (text(&statement["Resource"]), actions(statement))).collect()
}

#[test]
fn a_drain_may_change_registrations_and_nothing_else() {
    let found = by_resource(&policy(&["lb", "--drain", "--group", "elb:web", "--group", "alb:api"]));
    let (resources, actions): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    assert_eq!(resources, ["*", "loadbalancer/web", "targetgroup/api/*"]);
    assert!(actions[0].iter().all(|action| action.contains(":Describe")), "{actions:?}");
    let changes = [
        &[
            "elasticloadbalancing:DeregisterInstancesFromLoadBalancer",
            "elasticloadbalancing:RegisterInstancesWithLoadBalancer",
        ],
        &["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"],
    ];
    assert_eq!(actions[1..], changes.map(|actions| actions.map(str::to_owned).to_vec()));
}

#[test]
fn load_balancers_are_only_looked_at_unless_changes_are_asked_for() {
    let reading = by_resource(&policy(&["lb"]));
    assert_eq!(reading.len(), 1);
    assert!(reading[0].1.iter().all(|action| action.contains(":Describe")), "{reading:?}");
    let changing = by_resource(&policy(&["lb", "--change"]));
    let resources: Vec<_> = changing.iter().map(|(resource, _)| resource.as_str()).collect();
    assert_eq!(resources, ["*", "loadbalancer/*", "targetgroup/*/*"]);
    assert_eq!(changing[0], reading[0]);
}

#[test]
fn cs_instance_watcher_may_read_tags_invoke_the_discovery_function_and_ask_the_api() {
    let statement = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": [action], "Resource": resource});
    let expected = json!({"Version": "2012-10-17", "Statement": [
        statement(INSTANCES, "*"),
        statement("execute-api:Invoke", "arn:aws:execute-api:*:*:*"),
        statement("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:CloneSquad-Discovery-*"),
    ]});
    assert_eq!(policy(&["cs-instance-watcher"]), expected);
}

#[test]
fn elbadmin_looks_unless_changes_are_asked_for_and_changes_what_is_named() {
    let looks = [INSTANCES, HEALTH, "elasticloadbalancing:DescribeLoadBalancers"].map(str::to_owned).to_vec();
    assert_eq!(by_resource(&policy(&["elbadmin"])), [("*".to_owned(), looks.clone())]);
    let changing = by_resource(&policy(&["elbadmin", "--change", "--group", "elb:web"]));
    assert_eq!((changing.len(), &changing[0]), (2, &("*".to_owned(), looks)));
    assert_eq!(changing[1].0, "loadbalancer/web");
    assert!(changing[1].1.contains(&"elasticloadbalancing:RegisterInstancesWithLoadBalancer".to_owned()));
    assert!(changing[1].1.iter().all(|action| !action.contains("Tags")), "elbadmin knows no tags: {changing:?}");
}

#[test]
fn what_is_asked_for_must_be_known() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["iam"] as &[&str],
        &["iam", "cron"],
        &["iam", "once", "--group", "web"],
        &["iam", "lb", "--group", "asg:web"],
        &["iam", "once", "--drain"],
        &["iam", "elbadmin", "--drain"],
        &["iam", "cs-instance-watcher", "--change"],
    ] {
        assert_eq!(end(bare(&sandbox, arguments), 64).stdout_text(), "");
    }
}
