//! Who the node is, and what it knows of itself, from a metadata service that works or does not.

use std::time::Duration;

use bellwether_testkit::imds::{FakeImds, Fault};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::process::{Run, Running};
use nix::sys::signal::Signal;

use super::support::log;
use crate::exec::support::{Site, holds};
use crate::support::wait_until;

const TAGS: &str = "/latest/meta-data/tags/instance";
/// Longer than two tries for a token and two for an answer take, on a busy machine.
const BOUND: Duration = Duration::from_secs(45);

/// An agent that asks the metadata service at this URL.
fn run_with(site: &Site, url: &str, arguments: &[&str]) -> Run {
    let run = site.run(&[&["-v", "agent"], arguments].concat()).env("XDG_STATE_HOME", site.state_of("instance"));
    let run = run.env("AWS_EC2_METADATA_DISABLED", "false").env("AWS_EC2_METADATA_SERVICE_ENDPOINT", url);
    run.deadline(Duration::from_secs(240))
}

fn serving(agent: &Running, node: &str) {
    wait_until(&format!("{node} serves"), || log(agent).contains(&format!("serving as {node} ")));
}

#[test]
fn an_instance_is_called_by_its_id_and_found_by_its_zone_type_and_tags() {
    let site = Site::new();
    let imds = FakeImds::builder().v2_required().instance_id("i-0aaa").region("eu-west-2").zone("eu-west-2b").start();
    for (page, text) in [("", "site\nName"), ("/site", "prod"), ("/Name", "web one")] {
        imds.set_page(&format!("{TAGS}{page}"), 200, text);
    }
    let agent = run_with(&site, &imds.url(), &[]).start();
    serving(&agent, "i-0aaa");
    site.wait_for("i-0aaa");
    let _other = site.agent("web-1");
    for filter in [
        "availability_zone=eu-west-2b",
        "instance_type=t3.micro and region=eu-west-2",
        "tag.site=prod and tag.Name=\"web one\"",
        "instance_id=i-0aaa and account=123456789012 and ami",
    ] {
        let done = site.end(0, &["exec", filter, "--", "echo", "here"]);
        assert_eq!(done.stdout_text(), "i-0aaa: here\n", "{filter}: {}", done.stderr_text());
    }
    assert!(!log(&agent).contains("tags of this instance are not known"), "{}", log(&agent));
}

#[test]
fn tags_that_the_metadata_service_does_not_tell_are_asked_of_ec2() {
    let region = "eu-west-2";
    let ids = Moto::shared().run_instances(region, 1, &[("site", "staging")]);
    let timeout = ("BELLWETHER_AWS_TIMEOUT".to_owned(), "30s".to_owned());
    let site = Site::new().with(Moto::shared().environment(region)).with([timeout]);
    let imds = FakeImds::builder().instance_id(&ids[0]).region(region).start();
    let agent = run_with(&site, &imds.url(), &[]).start();
    serving(&agent, &ids[0]);
    site.wait_for(&ids[0]);
    let done = site.end(0, &["exec", "tag.site=staging", "--", "echo", "here"]);
    assert_eq!(done.stdout_text(), format!("{}: here\n", ids[0]), "{}", log(&agent));
}

#[test]
fn a_host_without_metadata_service_is_called_by_its_name() {
    let site = Site::new();
    let agent = run_with(&site, "http://127.0.0.1:1", &[]).start();
    let host = nix::unistd::gethostname().unwrap().into_string().unwrap();
    serving(&agent, &host);
    holds(&site.end(0, &["ping", "--nodes", &host]).stdout_text(), &["1 of 1 answered"]);
}

#[test]
fn an_instance_whose_id_cannot_be_had_does_not_serve_under_another_name() {
    for (fault, told) in [
        (Fault::Hang, "--http-put-response-hop-limit"),
        (Fault::Always(503), "HTTP status 503"),
        (Fault::Drop, "did not answer"),
        (Fault::Garbage, "unusable"),
    ] {
        let site = Site::new();
        let imds = FakeImds::builder().fault(fault).start();
        let done = run_with(&site, &imds.url(), &[]).finish().expect_code(69);
        assert!(done.wall < BOUND, "{fault:?}: {:?}", done.wall);
        holds(&done.stderr_text(), &["this node's instance id cannot be had: ", "hint: ", told]);
    }
}

#[test]
fn a_named_node_serves_although_its_metadata_service_hangs_and_knows_more_after_a_reload() {
    let site = Site::new();
    let imds = FakeImds::builder().fault(Fault::Hang).start();
    let agent = run_with(&site, &imds.url(), &["--node", "web-1"]).start();
    serving(&agent, "web-1");
    site.wait_for("web-1");
    holds(&log(&agent), &["sent no token", "--http-put-response-hop-limit"]);
    assert_eq!(site.end(0, &["exec", "not instance_id", "--", "echo", "here"]).stdout_text(), "web-1: here\n");
    imds.misbehave(Fault::None);
    agent.signal(Signal::SIGHUP);
    wait_until("the zone is known", || site.run(&["facts", "web-1"]).finish().stdout_text().contains("eu-west-1a"));
    assert_eq!(site.end(0, &["exec", "instance_id", "--", "echo", "here"]).stdout_text(), "web-1: here\n");
}

#[test]
fn what_the_metadata_service_did_not_tell_is_asked_again_soon_however_seldom_facts_are_read() {
    let refresh = ("BELLWETHER_AGENT_FACTS_REFRESH".to_owned(), "1d".to_owned());
    let site = Site::new().with([refresh]);
    let imds = FakeImds::builder().fault(Fault::Always(503)).start();
    let agent = run_with(&site, &imds.url(), &["--node", "web-1"]).start();
    serving(&agent, "web-1");
    holds(&log(&agent), &["HTTP status 503"]);
    imds.misbehave(Fault::None);
    site.wait_for("web-1");
    wait_until("the zone is known", || site.run(&["facts", "web-1"]).finish().stdout_text().contains("eu-west-1a"));
}
