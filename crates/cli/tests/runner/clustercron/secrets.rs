//! Nothing secret is ever shown, however much one asks to be told.

use bellwether_testkit::fake_elb::{Fault, Faults};
use bellwether_testkit::imds::{Fault as ImdsFault, TOKEN};
use bellwether_testkit::process::{Finished, Run};

use super::support::{Node, SECRET, imds};

const ROLE_SECRET: &str = "roleSecretAccessKeyOfTheInstance";
const ROLE_TOKEN: &str = "roleSessionTokenOfTheInstance";
const SESSION: &str = "sessionTokenOfTheEnvironment";

fn check(done: &Finished) {
    let shown = done.stdout_text() + &done.stderr_text();
    assert!(!shown.is_empty(), "something is to be seen");
    for secret in [SECRET, SESSION, ROLE_SECRET, ROLE_TOKEN, TOKEN, "Authorization", "Signature=", "Credential="] {
        assert!(!shown.to_lowercase().contains(&secret.to_lowercase()), "'{secret}' is shown: {shown}");
    }
}

/// The account that refuses in every way, and the one that does not.
fn faults() -> Vec<Faults> {
    let always = [Fault::Denied, Fault::Throttled, Fault::Garbage, Fault::Drop, Fault::InternalFailure];
    let mut faults: Vec<_> = always.into_iter().map(Faults::always).collect();
    faults.push(Faults::default());
    faults
}

fn all_ways(node: &Node, run: impl Fn(&[&str]) -> Run) {
    for fault in faults() {
        node.aws.misbehave(fault);
        for kind in ["elb", "alb"] {
            check(&run(&["-v", "-v", "-c", kind, "web", "true"]).finish());
        }
    }
}

#[test]
fn of_the_environments_credentials() {
    let node = Node::chosen();
    all_ways(&node, |arguments| node.clustercron(arguments).env("AWS_SESSION_TOKEN", SESSION));
}

#[test]
fn of_the_instances_role() {
    let node = Node::new(imds().role("web", "ASIAROLE", ROLE_SECRET, ROLE_TOKEN), |world| {
        world.set_load_balancer("web", &[(super::support::ME, "InService")]);
    });
    all_ways(&node, |arguments| node.without_keys(arguments));
}

#[test]
fn of_a_metadata_service_that_goes_wrong() {
    for fault in [ImdsFault::Garbage, ImdsFault::FirstGets(usize::MAX, 401), ImdsFault::FirstGets(usize::MAX, 503)] {
        let node = Node::new(imds().role("web", "ASIAROLE", ROLE_SECRET, ROLE_TOKEN).fault(fault), |_| {});
        check(&node.without_keys(&["-vv", "elb", "web"]).finish());
    }
}

#[test]
fn of_files_that_cannot_be_read() {
    let node = Node::chosen();
    node.sandbox.write("home/.boto", format!("[Credentials\naws_secret_access_key = {SECRET}\n"));
    node.sandbox.write("home/.aws/credentials", format!("[default\naws_secret_access_key = {SECRET}\n"));
    check(&node.without_keys(&["-vv", "elb", "web"]).finish());
}
