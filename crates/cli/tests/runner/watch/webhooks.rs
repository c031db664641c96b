//! Telling a web server.

use std::sync::atomic::{AtomicUsize, Ordering};

use bellwether_testkit::clonesquad::INSTANCE;
use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::netns::private_network;
use serde_json::{Value, json};

use super::support::{Node, log, until_logged};

const ON: [&str; 4] = ["--source", "clonesquad", "--on", "draining=webhook"];

#[test]
fn a_web_server_is_told_until_it_takes_it() {
    private_network(|| {
        let node = Node::new();
        let tries = AtomicUsize::new(0);
        let server = Server::start("127.0.0.1:0", move |_| match tries.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::text(503, "busy"),
            _ => Reply::text(200, "ok"),
        });
        let template = r#"{"text": "{node} is {state}", "from": "{source}"}"#;
        node.squad.set_state("draining");
        let watch = node
            .run(&ON)
            .env("BELLWETHER_WATCH_WEBHOOK", format!("{}/T0/hush", server.url()))
            .env("BELLWETHER_WATCH_WEBHOOK_BODY", template)
            .start();
        node.settled_in(&watch, "draining");
        let requests = server.requests();
        assert_eq!(requests.len(), 2, "{}", log(&watch));
        assert_eq!((requests[1].method.as_str(), requests[1].path.as_str()), ("POST", "/T0/hush"));
        let body: Value = serde_json::from_slice(&requests[1].body).unwrap();
        assert_eq!(body, json!({"text": format!("{INSTANCE} is draining"), "from": "clonesquad"}));
        assert!(!log(&watch).contains("hush"), "the address is a secret");
    });
}

#[test]
fn a_web_server_that_refuses_is_a_failed_reaction() {
    private_network(|| {
        let node = Node::new();
        let server = Server::start("127.0.0.1:0", |_| Reply::text(404, "no such hook"));
        node.squad.set_state("draining");
        let watch = node.run(&ON).env("BELLWETHER_WATCH_WEBHOOK", server.url()).start();
        node.settled_in(&watch, "draining");
        until_logged(&watch, "draining: webhook failed: ");
        until_logged(&watch, "draining: all reactions were tried; 1 failed");
    });
}
