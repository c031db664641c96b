//! NATS servers that come and go, speak TLS, or are several.

use std::time::Duration;

use bellwether_testkit::nats::{NatsCluster, NatsServer, Release};
use nix::sys::signal::Signal;

use super::support::{Site, holds};
use crate::support::wait_until;

#[test]
fn a_server_that_restarts_in_the_middle_of_a_call_loses_no_command_and_no_result() {
    let server = NatsServer::start(Release::Recent);
    let site = Site::at(&format!("nats://{}", server.address()));
    let _agent = site.agent("web-1");
    let ran = site.sandbox.path().join("ran");
    let shell = format!("echo once >> {}; echo begun; sleep 6; echo ended", ran.display());
    let call = site.run(&["exec", "--all", "--shell", &shell]).start();
    wait_until("it runs", || call.stdout_so_far().starts_with(b"web-1: begun"));
    server.restart();
    let done = call.finish().expect_code(0);
    assert_eq!(done.stdout_text(), "web-1: begun\nweb-1: ended\n");
    assert_eq!(std::fs::read_to_string(&ran).unwrap(), "once\n");
}

#[test]
fn what_is_known_is_shown_when_the_servers_are_lost_between_two_batches() {
    let server = NatsServer::start(Release::Recent);
    let site = Site::at(&format!("nats://{}", server.address()));
    let _agents = site.agents(&["web-1", "web-2"]);
    let call = ["exec", "--all", "--batch", "1", "--pause", "3s", "--wait", "2s", "--", "echo", "ran"];
    let call = site.run(&call).start();
    wait_until("the first has ended", || String::from_utf8_lossy(&call.stderr_so_far()).contains("web-1: succeeded"));
    server.stop();
    let done = call.finish().expect_code(69);
    assert_eq!(done.stdout_text(), "web-1: ran\n");
    holds(
        &done.stderr_text(),
        &["have not answered yet: web-2", "1 succeeded, 1 without an answer", "error: sending a request"],
    );
}

#[test]
fn all_is_carried_over_tls_by_servers_whose_certificate_is_known() {
    let server = NatsServer::start_with_tls();
    let site = Site::at(&format!("tls://{}", server.address()));
    let unknown = site.end(69, &["ping"]).stderr_text();
    assert!(unknown.to_lowercase().contains("certificate"), "{unknown}");
    let site = site.with([("BELLWETHER_FLEET_CA_FILE".to_owned(), server.certificate().display().to_string())]);
    let _agent = site.agent("web-1");
    assert_eq!(site.end(0, &["exec", "--all", "--", "echo", "safe"]).stdout_text(), "web-1: safe\n");
}

#[test]
fn a_cluster_that_loses_a_server_carries_calls_on() {
    let cluster = NatsCluster::start(Release::Recent);
    let site = Site::at(&cluster.servers_url());
    let _agents = site.agents(&["web-1", "web-2"]);
    site.end(0, &["exec", "--all", "--durable", "--", "true"]);
    cluster.servers()[0].stop();
    wait_until("calls are answered again", || site.run(&["exec", "--all", "--", "true"]).finish().code == Some(0));
    // What is kept needs a new leader of its own, which the servers choose when they miss the old one.
    let durable = || site.run(&["exec", "--all", "--durable", "--fold", "--", "echo", "kept"]).finish();
    let kept = "2 nodes (web-1, web-2): succeeded\n  kept\n";
    wait_until("durable calls are answered again", || durable().stdout_text() == kept);
}

#[test]
fn a_server_that_hangs_does_not_hold_a_call_that_is_interrupted() {
    let server = NatsServer::start(Release::Recent);
    let site = Site::at(&format!("nats://{}", server.address()));
    let _agent = site.agent("web-1");
    let call =
        site.run(&["exec", "--all", "--shell", "echo begun; sleep 60"]).deadline(Duration::from_secs(40)).start();
    wait_until("it runs", || call.stdout_so_far().starts_with(b"web-1: begun"));
    server.pause();
    call.signal(Signal::SIGINT);
    let done = call.finish().expect_code(2);
    holds(&done.stderr_text(), &["warning: still running: web-1", "interrupted\n"]);
    server.resume();
}
