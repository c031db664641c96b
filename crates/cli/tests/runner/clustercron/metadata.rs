//! Who the node is: the instance metadata service in all the ways it works.

use bellwether_testkit::imds::{FakeImds, Fault, TOKEN};

use super::support::{ME, Node, imds};

fn account(node: &Node) {
    node.aws.change(|world| world.set_load_balancer("web", &[(ME, "InService")]));
}

/// A node with this metadata service, which is the first of `web`.
fn node(builder: bellwether_testkit::imds::Builder) -> Node {
    let node = Node::new(builder, |_| {});
    account(&node);
    node
}

fn count(imds: &FakeImds, method: &str) -> usize {
    imds.requests().iter().filter(|request| request.method == method).count()
}

fn is_chosen(node: &Node) {
    let done = node.clustercron(&["elb", "web", "touch", "ran"]).finish().expect_code(0);
    assert_eq!(done.stderr_text(), "");
    assert!(node.file("ran").exists());
}

#[test]
fn version_2_is_spoken() {
    let node = node(imds().v2_required());
    is_chosen(&node);
    for get in node.imds.requests().iter().filter(|request| request.method == "GET") {
        assert_eq!(get.header("x-aws-ec2-metadata-token"), Some(TOKEN), "{}", get.path);
    }
}

#[test]
fn version_1_is_spoken_where_version_2_is_absent() {
    for status in [404, 405] {
        is_chosen(&node(imds().v1_only(status)));
    }
}

#[test]
fn version_1_is_not_spoken_where_that_is_forbidden() {
    let node = node(imds().v1_only(404));
    let run = node.clustercron(&[]).env("AWS_EC2_METADATA_V1_DISABLED", "true");
    node.expect_error(run, &["clustercron.lb", "no version 2"]);
    assert_eq!(count(&node.imds, "GET"), 0);
}

#[test]
fn a_token_that_expired_is_renewed() {
    let node = node(imds().fault(Fault::FirstGets(1, 401)));
    is_chosen(&node);
    assert_eq!((count(&node.imds, "PUT"), count(&node.imds, "GET")), (2, 2));
}

#[test]
fn a_service_that_is_busy_once_is_asked_again() {
    is_chosen(&node(imds().fault(Fault::First(1, 503))));
    is_chosen(&node(imds().fault(Fault::FirstGets(1, 503))));
}

#[test]
fn the_endpoint_of_the_environment_is_asked() {
    let node = node(imds());
    let elsewhere = FakeImds::builder().instance_id("i-9").start();
    let run = node.clustercron(&["elb", "web"]).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", elsewhere.url());
    run.finish().expect_code(1);
    assert!(node.imds.requests().is_empty());
    assert_eq!(count(&elsewhere, "PUT"), 1);
}

#[test]
fn the_region_is_that_of_the_instance() {
    let node = node(imds().region("ap-southeast-2"));
    is_chosen(&node);
    assert_eq!(super::support::region_of(&node.aws), "ap-southeast-2");
}
