//! AWS refuses, is slow, or is not there: never is a command run then.

use std::time::Duration;

use bellwether_testkit::fake_elb::{Fault, Faults};
use bellwether_testkit::process::Run;

use super::support::{Node, imds, with_keys};

/// A node whose AWS goes wrong in this way.
fn with(faults: Faults) -> Node {
    let node = Node::chosen();
    node.aws.misbehave(faults);
    node
}

fn fails(node: &Node, parts: &[&str]) {
    node.expect_error(node.clustercron(&[]), parts);
}

#[test]
fn a_throttled_question_is_asked_again() {
    let node = with(Faults::first(1, Fault::Throttled));
    node.clustercron(&["elb", "web", "touch", "ran"]).finish().expect_code(0);
    assert!(node.file("ran").exists());
    assert_eq!(node.aws.calls("DescribeInstanceHealth"), 2);
}

#[test]
fn a_question_throttled_for_ever_is_an_error_after_two_attempts() {
    let node = with(Faults::always(Fault::Throttled));
    fails(&node, &["clustercron.elb", "Throttling", "ask less often"]);
    assert_eq!(node.aws.calls("DescribeInstanceHealth"), 2);
    let done = node.clustercron(&["alb", "web", "touch", "ran"]).finish();
    node.check_error(done, &["clustercron.alb", "Throttling", "DescribeTargetGroups"]);
}

#[test]
fn each_question_about_a_target_group_may_be_throttled() {
    let node = with(Faults::first(1, Fault::Throttled));
    node.clustercron(&["alb", "web"]).finish().expect_code(0);
    node.aws.misbehave(Faults::action("DescribeTargetHealth", Fault::Throttled));
    let done = node.clustercron(&["alb", "web", "touch", "ran"]).finish();
    node.check_error(done, &["Throttling", "elasticloadbalancing:DescribeTargetHealth on alb:web"]);
}

#[test]
fn a_failure_inside_aws_is_tried_again_and_then_told() {
    let node = with(Faults::first(1, Fault::InternalFailure));
    node.clustercron(&["elb", "web"]).finish().expect_code(0);
    node.aws.misbehave(Faults::always(Fault::InternalFailure));
    fails(&node, &["InternalFailure", "try again later"]);
}

#[test]
fn a_denied_question_names_the_missing_permission() {
    let node = with(Faults::always(Fault::Denied));
    fails(&node, &["AccessDenied", "allow elasticloadbalancing:DescribeInstanceHealth", "bellwether iam"]);
    assert_eq!(node.aws.calls("DescribeInstanceHealth"), 1, "asking again would not help");
}

#[test]
fn an_answer_that_breaks_off_is_an_error() {
    let node = with(Faults::always(Fault::Garbage));
    fails(&node, &["clustercron.elb", "the answer cannot be read"]);
    let done = node.clustercron(&["alb", "web", "touch", "ran"]).finish();
    node.check_error(done, &["clustercron.alb", "the answer cannot be read"]);
}

#[test]
fn a_connection_that_is_closed_is_tried_again_and_then_told() {
    let node = with(Faults::first(1, Fault::Drop));
    node.clustercron(&["elb", "web"]).finish().expect_code(0);
    node.aws.misbehave(Faults::always(Fault::Drop));
    fails(&node, &["no connection", "check the network"]);
}

#[test]
fn an_endpoint_that_never_answers_holds_nobody_for_long() {
    let node = with(Faults::always(Fault::Hang));
    let run = node.clustercron(&[]).deadline(Duration::from_secs(30));
    let done = node.expect_error(run, &["no answer in time", "check the network"]);
    assert_eq!(node.aws.calls("DescribeInstanceHealth"), 2);
    assert!(done.wall < Duration::from_secs(15), "two attempts of two seconds took {:?}", done.wall);
}

#[test]
fn an_endpoint_where_nobody_listens_is_an_error() {
    let node = Node::chosen();
    let run = node.clustercron(&[]).env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    node.expect_error(run, &["no connection", "127.0.0.1"]);
}

#[test]
fn an_endpoint_that_is_no_url_is_an_error() {
    let node = Node::chosen();
    let run = node.clustercron(&[]).env("AWS_ENDPOINT_URL", "localhost:5000");
    node.expect_error(run, &["endpoint is not a URL", "http://host:port"]);
}

#[test]
fn without_credentials_nothing_is_asked() {
    let node = Node::chosen();
    node.expect_error(node.without_keys(&[]), &["no AWS credentials found", "attach a role"]);
    assert!(node.aws.log().is_empty());
}

#[test]
fn a_region_that_cannot_be_one_is_an_error() {
    let node = Node::chosen();
    let run = node.clustercron(&[]).env("AWS_REGION", "evil.example.com/");
    node.expect_error(run, &["is not a region", "eu-west-1"]);
    assert!(node.aws.log().is_empty());
}

#[test]
fn a_profile_that_does_not_exist_is_an_error() {
    let node = Node::chosen();
    let run = node.without_keys(&[]).env("AWS_PROFILE", "nobody");
    node.expect_error(run, &["there is no profile 'nobody'", "~/.aws/config"]);
}

#[test]
fn a_target_group_of_functions_has_no_nodes() {
    let function = "arn:aws:lambda:eu-west-1:123456789012:function:f";
    let node = Node::new(imds(), |world| {
        world.set_target_group("web", &[(function, 80, "healthy")]);
    });
    let done = node.clustercron(&["alb", "web", "touch", "ran"]).finish();
    node.check_error(done, &[function, "type instance or ip"]);
}

#[test]
fn an_arn_of_something_else_is_an_error() {
    let node = Node::chosen();
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1";
    let done = node.clustercron(&["alb", arn, "touch", "ran"]).finish();
    node.check_error(done, &["is not the ARN of a target group", "targetgroup/NAME/ID"]);
    assert!(node.aws.log().is_empty());
}

#[test]
fn errors_are_shown_without_any_option_and_by_both_names() {
    let node = with(Faults::always(Fault::Denied));
    let by_argument: Run = node.sandbox.run(crate::support::bellwether()).arg("clustercron");
    let run = with_keys(by_argument)
        .env("AWS_ENDPOINT_URL", node.aws.url())
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", node.imds.url());
    let done = node.expect_error(run, &["AccessDenied"]);
    let same = node.expect_error(node.clustercron(&[]), &["AccessDenied"]);
    assert_eq!(done.stderr_text(), same.stderr_text());
}
