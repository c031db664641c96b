//! Who the node is cannot be told: no command is run, and the error says why.

use std::time::Duration;

use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::imds::Fault;

use super::support::{Node, imds};

/// A healthy node whose metadata service goes wrong in this way.
fn fails(fault: Fault, parts: &[&str]) -> Node {
    let node = Node::new(imds().fault(fault), |world| {
        world.set_load_balancer("web", &[(super::support::ME, "InService")]);
    });
    let run = node.clustercron(&[]).env("AWS_REGION", "eu-west-1").deadline(Duration::from_secs(40));
    let done = node.expect_error(run, &[&["clustercron.lb", "Could not get instance data"], parts].concat());
    assert!(done.wall < Duration::from_secs(25), "it took {:?}", done.wall);
    node
}

#[test]
fn it_refuses_its_own_tokens() {
    fails(Fault::FirstGets(usize::MAX, 401), &["refused its own token", "metadata proxy"]);
}

#[test]
fn it_is_switched_off() {
    fails(Fault::TokenRefused(403), &["is disabled", "--http-endpoint enabled"]);
    fails(Fault::Always(403), &["is disabled", "--http-endpoint enabled"]);
}

#[test]
fn it_knows_nothing() {
    let node = fails(Fault::Always(404), &["instance-identity/document"]);
    assert!(node.imds.requests().iter().any(|request| request.method == "GET"), "version 1 was tried");
}

#[test]
fn it_is_always_busy() {
    let node = fails(Fault::Always(503), &["HTTP status 503", "try again"]);
    assert_eq!(node.imds.requests().len(), 2, "two attempts");
}

#[test]
fn it_never_answers() {
    let node = fails(Fault::Hang, &["sent no token", "--http-put-response-hop-limit 2"]);
    assert_eq!(node.imds.requests().len(), 2, "two attempts");
}

#[test]
fn its_token_does_not_come_through() {
    fails(Fault::HangOnToken, &["hop limit", "--http-put-response-hop-limit 2"]);
}

#[test]
fn it_talks_nonsense() {
    fails(Fault::Garbage, &["something unusable", "169.254.169.254"]);
}

#[test]
fn it_is_absent() {
    let node = Node::chosen();
    let run = node.clustercron(&[]).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
    node.expect_error(run, &["Could not get instance data", "has no EC2 instance metadata service"]);
    let run = node.clustercron(&[]).env("AWS_EC2_METADATA_DISABLED", "true");
    node.expect_error(run, &["AWS_EC2_METADATA_DISABLED is true"]);
}

#[test]
fn its_endpoint_is_no_url() {
    let node = Node::chosen();
    for url in ["https://169.254.169.254", "localhost", "http://"] {
        let run = node.clustercron(&[]).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", url);
        node.expect_error(run, &["AWS_EC2_METADATA_SERVICE_ENDPOINT", "correct or unset"]);
    }
}

#[test]
fn its_document_names_no_instance() {
    let node = Node::chosen();
    for document in ["", "{}", "[]", r#"{"instanceId": ""}"#, r#"{"instanceId": 7}"#, "{\"instanceId\": \"i\\n1\"}"] {
        let strange = Server::start("127.0.0.1:0", move |request| match request.method.as_str() {
            "PUT" => Reply::text(200, "token"),
            _ => Reply::text(200, document),
        });
        let run = node.clustercron(&[]).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", strange.url());
        node.expect_error(run, &["something unusable"]);
    }
}
