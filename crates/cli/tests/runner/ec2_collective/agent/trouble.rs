//! A network, or a queue, that is not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bellwether_testkit::http::Reply;
use bellwether_testkit::moto::Moto;
use bellwether_testkit::proxy::Proxy;
use serde_json::json;

use super::queue::Queue;
use super::support::Host;
use crate::support::wait_until;

/// A network that can fail.
fn failing() -> (Arc<AtomicBool>, Proxy) {
    let fails = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&fails);
    let proxy = Proxy::altering(Moto::shared().endpoint(), move |_, pass_on| {
        if seen.load(Ordering::Relaxed) { Reply::text(503, "no") } else { pass_on() }
    });
    (fails, proxy)
}

#[test]
fn failures_of_the_network_end_nothing_and_are_over_soon_after_they_are_over() {
    let (fails, proxy) = failing();
    let host = Host::new().at(proxy.url());
    let agent = host.start();
    host.expect_alive();
    fails.store(true, Ordering::Relaxed);
    agent.wait_for_log("commands cannot be received");
    let told = |agent: &super::support::Agent| agent.log().matches("commands cannot be received").count();
    let requests = proxy.log().len();
    wait_until("it was tried some times", || proxy.log().len() > requests + 6);
    assert_eq!(told(&agent), 1, "the same trouble is told once");
    fails.store(false, Ordering::Relaxed);
    host.expect_alive();
    agent.wait_for_log("commands are received again");
    agent.stop();
}

#[test]
fn the_result_of_a_command_is_sent_when_the_network_is_back() {
    let (fails, proxy) = failing();
    let host = Host::new().at(proxy.url());
    let agent = host.start();
    let line = format!("touch {0}; until [ -e {0}.go ]; do sleep 0.05; done; echo done", host.path("ran").display());
    let msg_id = host.send_line(&line);
    wait_until("it runs", || host.path("ran").exists());
    fails.store(true, Ordering::Relaxed);
    let requests = proxy.log().len();
    std::fs::write(host.path("ran.go"), "").unwrap();
    wait_until("it was tried to answer", || proxy.log().len() > requests + 4);
    fails.store(false, Ordering::Relaxed);
    assert_eq!(host.wait_for(&msg_id, 2)[1]["output"], json!("done\n"));
    agent.stop();
}

#[test]
fn a_queue_that_is_made_later_is_found() {
    let host = Host::new();
    let name = format!("{}-later", host.commands.name());
    host.configure(json!({"aws": {
        "region": super::queue::REGION, "sqs_read_queue": name, "sqs_write_queue": host.replies.name(),
    }}));
    let agent = host.start();
    agent.wait_for_log(&format!("there is no queue {name}"));
    let queue = Queue::create(&name);
    let msg_id = queue.send(&host.command("ping", json!({})));
    host.wait_for(&msg_id, 1);
    agent.stop();
}
