//! What others may ask: health and metrics.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use bellwether_testkit::imds::Fault;
use bellwether_testkit::netns::private_network;
use bellwether_testkit::process::Running;

use super::support::{Node, log, until, until_logged};

const LISTEN: [&str; 2] = ["--health-listen", "127.0.0.1:0"];

fn address(watch: &Running) -> SocketAddr {
    until_logged(watch, "health and metrics are at http://");
    let text = log(watch);
    text.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap().parse().unwrap()
}

fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(address: SocketAddr, path: &str) -> String {
    ask(address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"))
}

#[test]
fn health_is_good_while_polls_are_fresh_and_bad_when_they_are_stale() {
    private_network(|| {
        let node = Node::new();
        let watch = node.watch("imds", &LISTEN);
        let address = address(&watch);
        until(&watch, "health is good", || get(address, "/").starts_with("HTTP/1.1 200 "));
        node.squad.imds().misbehave(Fault::Always(503));
        until(&watch, "health is bad", || get(address, "/health").starts_with("HTTP/1.1 503 "));
        until(&watch, "the source is named", || get(address, "/").contains("spot stale: last answered "));
        assert!(get(address, "/metrics").contains("bellwether_watch_fresh 0"));
        node.squad.imds().misbehave(Fault::None);
        until(&watch, "health is good again", || get(address, "/").starts_with("HTTP/1.1 200 "));
    });
}

#[test]
fn metrics_tell_state_questions_and_reactions() {
    private_network(|| {
        let node = Node::new();
        node.squad.set_state("draining");
        let watch = node.watch("clonesquad", &LISTEN);
        node.settled_in(&watch, "draining");
        let metrics = get(address(&watch), "/metrics");
        for line in [
            "bellwether_watch_state{state=\"draining\"} 1",
            "bellwether_watch_state{state=\"running\"} 0",
            "bellwether_watch_failures_total{source=\"clonesquad\"} 0",
            "bellwether_watch_reactions_total{reaction=\"hooks\",outcome=\"done\"} 1",
            "# TYPE bellwether_watch_questions_total counter",
        ] {
            assert!(metrics.lines().any(|found| found == line), "{line} is missing in {metrics}");
        }
    });
}

#[test]
fn other_questions_are_refused_and_slow_ones_keep_nobody_waiting() {
    private_network(|| {
        let node = Node::new();
        let watch = node.watch("imds", &LISTEN);
        let address = address(&watch);
        assert!(get(address, "/secret").starts_with("HTTP/1.1 404 "));
        assert!(ask(address, "POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
        let _slow: Vec<_> = (0..20).map(|_| TcpStream::connect(address).unwrap()).collect();
        until(&watch, "an answer comes", || get(address, "/").starts_with("HTTP/1.1 200 "));
    });
}
