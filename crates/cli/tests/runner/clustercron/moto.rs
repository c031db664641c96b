//! The same against moto, whose answers are somebody else's idea of AWS.

use bellwether_testkit::imds::FakeImds;
use bellwether_testkit::moto::Moto;
use bellwether_testkit::process::{Finished, Sandbox};

use super::support::with_keys;
use crate::support::bellwether;

const REGION: &str = "eu-west-1";

/// Runs `clustercron` on an instance, with moto as AWS.
fn clustercron(me: &str, arguments: &[&str]) -> Finished {
    let imds = FakeImds::builder().instance_id(me).start();
    let sandbox = Sandbox::new();
    let run = with_keys(sandbox.run(sandbox.called("clustercron", bellwether())).args(arguments));
    run.env("AWS_ENDPOINT_URL", Moto::shared().endpoint()).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url()).finish()
}

fn sorted_instances(count: usize) -> Vec<String> {
    let mut ids = Moto::shared().run_instances(REGION, count, &[]);
    ids.sort();
    ids
}

#[test]
fn the_first_instance_in_service_of_a_classic_load_balancer_is_chosen() {
    let moto = Moto::shared();
    let ids = sorted_instances(3);
    let all: Vec<_> = ids.iter().map(String::as_str).collect();
    moto.create_load_balancer(REGION, "clustercron-classic", &all);
    let on = |id: &str| clustercron(id, &["elb", "clustercron-classic"]).code;
    assert_eq!((on(all[0]), on(all[1]), on(all[2])), (Some(0), Some(1), Some(1)));
    moto.stop_instances(REGION, &[all[0]]);
    assert_eq!((on(all[0]), on(all[1]), on(all[2])), (Some(1), Some(0), Some(1)));
}

#[test]
fn the_first_healthy_instance_of_a_target_group_is_chosen() {
    let moto = Moto::shared();
    let ids = sorted_instances(2);
    let (first, second) = (ids[0].as_str(), ids[1].as_str());
    let arn = moto.create_target_group(REGION, "clustercron-group", "instance", &[(second, None), (first, None)]);
    for name in ["clustercron-group", arn.as_str()] {
        assert_eq!(clustercron(first, &["-o", "alb", name, "echo", "ran"]).expect_code(0).stdout_text(), "ran\n");
        assert_eq!(clustercron(second, &["-o", "alb", name, "echo", "ran"]).expect_code(1).stdout_text(), "");
    }
    moto.stop_instances(REGION, &[first]);
    clustercron(first, &["alb", "clustercron-group"]).expect_code(1);
    clustercron(second, &["alb", "clustercron-group"]).expect_code(0);
}

#[test]
fn unknown_names_are_errors() {
    let done = clustercron("i-1", &["elb", "clustercron-unknown"]).expect_code(1);
    assert!(done.stderr_text().contains("LoadBalancerNotFound"), "{}", done.stderr_text());
    let done = clustercron("i-1", &["alb", "clustercron-unknown"]).expect_code(1);
    assert!(done.stderr_text().contains("TargetGroupNotFound"), "{}", done.stderr_text());
    assert!(done.stderr_text().starts_with("ERROR    clustercron.alb : "), "{}", done.stderr_text());
}

#[test]
fn without_credentials_it_is_an_error() {
    let imds = FakeImds::builder().start();
    let sandbox = Sandbox::new();
    let run = sandbox
        .run(sandbox.called("clustercron", bellwether()))
        .args(["elb", "clustercron-classic", "touch", "ran"])
        .env("AWS_ENDPOINT_URL", Moto::shared().endpoint())
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.url());
    let done = run.finish().expect_code(1);
    assert!(done.stderr_text().contains("no AWS credentials found"), "{}", done.stderr_text());
    assert!(!sandbox.home().join("ran").exists());
}
