//! NATS servers that come and go, speak TLS, or are several.

use std::time::Duration;

use bellwether_testkit::nats::{NatsCluster, NatsServer, Release};
use nix::sys::signal::Signal;

use super::cable::Cable;
use super::support::{Site, holds, sorted};
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
    let call =
        ["exec", "--all", "--batch", "1", "--pause", "3s", "--wait", "2s", "--timeout", "1s", "--", "echo", "ran"];
    let call = site.run(&call).start();
    wait_until("the first has ended", || String::from_utf8_lossy(&call.stderr_so_far()).contains("web-1: succeeded"));
    server.stop();
    let done = call.finish().expect_code(69);
    assert_eq!(done.stdout_text(), "web-1: ran\n");
    holds(
        &done.stderr_text(),
        &[
            "not asked any more: web-2",
            "1 succeeded, 1 not asked",
            "error: the connection was lost, and did not come back",
        ],
    );
}

#[test]
fn a_batch_waits_for_a_caller_that_was_cut_off_and_nobody_is_blamed_for_it() {
    let server = NatsServer::start(Release::Recent);
    let site = Site::at(&format!("nats://{}", server.address()));
    let _agents = site.agents(&["web-1", "web-2"]);
    let cable = Cable::to(&server.address());
    let transport = format!("nats://{}", cable.address());
    let call = ["exec", "--all", "--batch", "1", "--pause", "3s", "--transport", &transport, "--", "echo", "ran"];
    let call = site.run(&call).start();
    let told = || String::from_utf8_lossy(&call.stderr_so_far()).into_owned();
    wait_until("the first has ended", || told().contains("web-1: succeeded"));
    cable.cut();
    wait_until("it is known", || told().contains("it is tried again"));
    cable.mend();
    let done = call.finish().expect_code(0);
    assert_eq!(sorted(&done.stdout_text()), ["web-1: ran", "web-2: ran"]);
    holds(&done.stderr_text(), &["the connection was lost for ", "--durable keeps it", "2 succeeded\n"]);
}

#[test]
fn a_node_is_not_lost_while_the_caller_is_cut_off() {
    let server = NatsServer::start(Release::Recent);
    let site = Site::at(&format!("nats://{}", server.address()));
    let _agent = site.agent("web-1");
    let cable = Cable::to(&server.address());
    let transport = format!("nats://{}", cable.address());
    let gate = site.sandbox.path().join("gate");
    let shell = format!("echo begun; while ! [ -e {} ]; do sleep 0.1; done; echo ended", gate.display());
    let call = site.run(&["exec", "--all", "--transport", &transport, "--shell", &shell]).start();
    wait_until("it runs", || call.stdout_so_far().starts_with(b"web-1: begun"));
    cable.cut();
    // Longer than a node that works may be silent.
    std::thread::sleep(Duration::from_secs(33));
    cable.mend();
    let told = || String::from_utf8_lossy(&call.stderr_so_far()).into_owned();
    wait_until("it is heard again", || told().contains("the connection was lost for "));
    // It takes a moment until replies are listened for again.
    std::thread::sleep(Duration::from_secs(8));
    std::fs::write(&gate, "").unwrap();
    let done = call.finish().expect_code(0);
    holds(&done.stdout_text(), &["web-1: ended\n"]);
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
