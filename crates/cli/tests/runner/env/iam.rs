//! The policies of `iam` that are limited to an environment, exactly.

use bellwether_testkit::process::Sandbox;
use serde_json::Value;

use crate::fleet::support::{bare, end, holds, json, refusal};

/// The actions of a policy without their services, by the resource they are limited to.
fn allowed(arguments: &[&str]) -> Vec<(String, Vec<String>)> {
    let done = end(bare(&Sandbox::new(), &[&["iam"], arguments].concat()), 0);
    assert_eq!(done.stderr_text(), "");
    let action = |action: &Value| action.as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let policy = json(&done);
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = |statement: &Value| statement["Action"].as_array().unwrap().iter().map(action).collect();
    statements.map(|it| (it["Resource"].as_str().unwrap().replace(":*:*:", ":"), actions(it))).collect()
}

fn resources(arguments: &[&str]) -> Vec<String> {
    allowed(arguments).into_iter().map(|(resource, _)| resource).collect()
}

/// What is allowed on a resource.
fn on(arguments: &[&str], resource: &str) -> Vec<String> {
    let found = allowed(arguments).into_iter().find(|(of, _)| of == resource);
    found.unwrap_or_else(|| panic!("nothing is allowed on {resource}")).1
}

#[test]
fn an_agent_is_limited_to_its_environment() {
    let agent = ["agent", "--environment", "prod"];
    let wanted = [
        "*",
        "arn:aws:dynamodb:table/bw-prod-nodes",
        "arn:aws:dynamodb:table/bw-prod-results",
        "arn:aws:sns:bw-prod",
        "arn:aws:sns:bw-prod",
        "arn:aws:sqs:bw-prod-node-*",
        "arn:aws:sqs:bw-prod-reply-*",
    ];
    assert_eq!(resources(&agent), wanted);
    assert_eq!(on(&agent, "*"), ["DescribeInstances"]);
    assert_eq!(on(&agent, "arn:aws:sqs:bw-prod-reply-*"), ["SendMessage"]);
    assert!(!on(&agent, "arn:aws:sqs:bw-prod-node-*").contains(&"SendMessage".to_owned()));
    let clean = ["agent", "--environment", "prod", "--clean"];
    assert!(on(&clean, "arn:aws:sqs:bw-prod-node-*").contains(&"DeleteQueue".to_owned()));
    assert_eq!(on(&clean, "*"), ["DescribeInstances", "Unsubscribe", "ListQueues"]);
}

#[test]
fn a_caller_may_send_to_nodes_and_read_what_it_gets() {
    let exec = ["exec", "--environment", "prod"];
    assert_eq!(on(&exec, "arn:aws:sns:bw-prod"), ["Publish"]);
    assert_eq!(on(&exec, "arn:aws:sqs:bw-prod-node-*"), ["SendMessage"]);
    assert_eq!(on(&exec, "arn:aws:dynamodb:table/bw-prod-nodes"), ["Scan"]);
    assert_eq!(on(&exec, "arn:aws:dynamodb:table/bw-prod-results"), ["Query"]);
    assert!(on(&exec, "arn:aws:sqs:bw-prod-reply-*").contains(&"DeleteQueue".to_owned()));
}

/// A policy for one environment must not let anybody into another whose name begins alike.
#[test]
fn environments_whose_names_begin_alike_are_kept_apart() {
    let exec = resources(&["exec", "--environment", "prod-eu"]);
    assert!(exec.contains(&"arn:aws:sqs:bw-prod_2Deu-node-*".to_owned()), "{exec:?}");
}

#[test]
fn with_nats_aws_is_hardly_asked() {
    assert_eq!(resources(&["agent", "--environment", "prod", "--transport", "nats://a:4222"]), ["*"]);
    let done = end(bare(&Sandbox::new(), &["iam", "exec", "--transport", "nats://a:4222"]), 0);
    holds(&done.stderr_text(), &["nothing needs to be allowed"]);
}

#[test]
fn the_old_protocol_is_limited_to_its_three_queues() {
    let queues = ["arn:aws:sqs:testing_agent", "arn:aws:sqs:testing_facts", "arn:aws:sqs:testing_master"];
    for purpose in ["env", "ec2-cagent", "ec2-cmaster"] {
        assert_eq!(resources(&[purpose, "--environment", "testing"]), queues, "{purpose}");
    }
    let (agent, master) = (["ec2-cagent", "--environment", "testing"], ["ec2-cmaster", "--environment", "testing"]);
    assert_eq!(on(&agent, queues[2]), ["GetQueueUrl", "ReceiveMessage"]);
    assert_eq!(on(&agent, queues[0]), ["GetQueueUrl", "SendMessage"]);
    assert_eq!(on(&master, queues[2]), ["DeleteMessage", "GetQueueUrl", "ReceiveMessage", "SendMessage"]);
    assert_eq!(on(&master, queues[1]), ["GetQueueUrl", "ReceiveMessage"]);
}

#[test]
fn without_an_environment_or_with_one_that_cannot_be_it_says_so() {
    let sandbox = Sandbox::new();
    for purpose in ["agent", "exec", "env", "ec2-cagent", "ec2-cmaster"] {
        let run = |arguments: &[&str]| bare(&sandbox, &[&["iam", purpose], arguments].concat());
        let (error, hint) = refusal(run(&[]), 64);
        holds(&error, &["no environment is named"]);
        holds(&hint, &["--environment NAME"]);
        let (error, _) = refusal(run(&["--environment", "a.b"]), 64);
        holds(&error, &["'a.b' cannot name an environment"]);
    }
    let (error, _) = refusal(bare(&sandbox, &["iam", "once", "--environment", "prod"]), 64);
    holds(&error, &["--environment, --transport, --node and --clean are for agents and callers alone"]);
}

#[test]
fn an_agents_policy_can_be_for_its_node_alone() {
    let sandbox = Sandbox::new();
    let policy = bare(&sandbox, &["iam", "agent", "--environment", "prod", "--node", "i-1"])
        .finish()
        .expect_code(0)
        .stdout_text();
    assert!(policy.contains("arn:aws:sqs:*:*:bw-prod-node-i-1\"") && !policy.contains("bw-prod-node-*"), "{policy}");
    let (error, _) = refusal(bare(&sandbox, &["iam", "exec", "--environment", "prod", "--node", "i-1"]), 64);
    holds(&error, &["--node is for 'iam agent' alone"]);
}
