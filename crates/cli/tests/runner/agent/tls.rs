//! Encrypted connections: with servers that are who they should be, or with nobody.

use std::net::TcpStream;
use std::time::Duration;

use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::process::Running;
use bellwether_testkit::tap::{Side, Tap};

use super::support::log;
use crate::exec::support::{Site, holds};
use crate::support::wait_until;

fn known(server: &NatsServer) -> (String, String) {
    ("BELLWETHER_FLEET_CA_FILE".to_owned(), server.certificate().display().to_string())
}

fn port(server: &NatsServer) -> u16 {
    server.address().rsplit(':').next().unwrap().parse().unwrap()
}

/// Waits until an agent could not connect, again and again.
fn is_kept_out(agent: &Running) {
    wait_until("the agent is kept out", || log(agent).matches("WARNING ").count() >= 2);
    assert!(!log(agent).contains("serving as"), "{}", log(agent));
}

#[test]
fn pings_commands_and_facts_are_carried_and_no_byte_of_them_is_readable() {
    let server = NatsServer::start_with_tls();
    let tap = Tap::to(port(&server), Duration::ZERO);
    let site = Site::at(&format!("tls://127.0.0.1:{}", tap.port())).with([known(&server)]);
    let _agent = site.agent("web-1");
    holds(&site.end(0, &["ping"]).stdout_text(), &["1 of 1 answered"]);
    assert_eq!(site.end(0, &["exec", "role=web", "--", "echo", "safe"]).stdout_text(), "web-1: safe\n");
    let conversations = tap.take();
    assert!(conversations.len() > 3, "the agent and each caller have a connection");
    for conversation in conversations {
        let said = String::from_utf8_lossy(&conversation.said_by(Side::Client)).into_owned();
        assert!(!said.contains("CONNECT") && !said.contains("bw."), "{said}");
    }
}

#[test]
fn an_agent_and_a_caller_to_whom_the_certificate_is_unknown_say_so_and_stay_away() {
    let server = NatsServer::start_with_tls();
    let site = Site::at(&format!("tls://{}", server.address()));
    let agent = site.start("web-1");
    is_kept_out(&agent);
    for text in [log(&agent), site.end(69, &["ping"]).stderr_text()] {
        holds(&text, &["certificate", "fleet.ca_file"]);
    }
}

#[test]
fn a_server_whose_certificate_is_for_another_name_is_refused() {
    let server = NatsServer::start_with_tls();
    let site = Site::at(&format!("tls://localhost:{}", port(&server))).with([known(&server)]);
    assert!(TcpStream::connect(("localhost", port(&server))).is_ok(), "it is there");
    let agent = site.start("web-1");
    is_kept_out(&agent);
    for text in [log(&agent), site.end(69, &["ping"]).stderr_text()] {
        holds(&text, &["certificate", "localhost"]);
    }
}

#[test]
fn a_server_without_encryption_is_told_nothing() {
    let server = NatsServer::start(Release::Recent);
    let tap = Tap::to(port(&server), Duration::ZERO);
    let site = Site::at(&format!("tls://ops:hidden@127.0.0.1:{}", tap.port()));
    let agent = site.start("web-1");
    is_kept_out(&agent);
    for text in [log(&agent), site.end(69, &["ping"]).stderr_text()] {
        holds(&text, &["does not seem to speak TLS"]);
        assert!(!text.contains("hidden"), "{text}");
    }
    let conversations = tap.take();
    assert!(conversations.len() > 2, "they did connect");
    for conversation in conversations {
        let said = String::from_utf8_lossy(&conversation.said_by(Side::Client)).into_owned();
        assert!(!said.contains("CONNECT") && !said.contains("hidden"), "{said}");
    }
}

#[test]
fn a_file_of_certificates_that_cannot_be_read_is_told() {
    let server = NatsServer::start_with_tls();
    let missing = ("BELLWETHER_FLEET_CA_FILE".to_owned(), "/nonexistent/ca.pem".to_owned());
    let told = Site::at(&format!("tls://{}", server.address())).with([missing]).end(69, &["ping"]).stderr_text();
    holds(&told, &["check that the file of fleet.ca_file can be read"]);
}
