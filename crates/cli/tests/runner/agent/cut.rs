//! A node whose network is gone for a while, with a command on it.

use std::time::Duration;

use bellwether_testkit::bridge::{Bridge, HUB};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::netns::private_network;

use super::support::log;
use crate::exec::support::Site;
use crate::support::wait_until;

/// Long enough for requests to fail, and not so long that the node counts as lost.
const OUTAGE: Duration = Duration::from_secs(12);

/// A command ends while its node is cut off; nothing of its output and its end is lost.
fn what_happened_meanwhile_is_told_later(bridge: &Bridge, site: &Site) {
    let network = bridge.connect(0);
    let agent = network.enter(|| site.start("web-1"));
    site.wait_for("web-1");
    let gate = site.sandbox.path().join("gate");
    let ended = site.sandbox.path().join("ended");
    let shell = format!(
        "echo begun; while ! [ -e {} ]; do sleep 0.1; done; seq 1 2000; touch {}",
        gate.display(),
        ended.display()
    );
    let call = site.run(&["exec", "--all", "--wait", "60s", "--shell", &shell]).deadline(Duration::from_secs(120));
    let call = call.start();
    wait_until("it runs", || call.stdout_so_far().starts_with(b"web-1: begun"));
    network.cut();
    std::fs::write(gate, "").unwrap();
    wait_until("it has ended", || ended.exists());
    std::thread::sleep(OUTAGE);
    let told = String::from_utf8(call.stdout_so_far()).unwrap();
    assert!(told == "web-1: begun\n", "nothing can be told, and yet: {told}");
    network.restore();
    let done = call.finish();
    let lines: String = (1..=2000).map(|number| format!("web-1: {number}\n")).collect();
    let told = format!("{}\n{}\n{}", done.stdout_text(), done.stderr_text(), log(&agent));
    assert!(done.stdout_text() == format!("web-1: begun\n{lines}"), "{told}");
    done.expect_code(0);
}

#[test]
fn what_happens_while_a_node_is_cut_off_from_its_nats_server_is_told_later() {
    private_network(|| {
        let bridge = Bridge::here();
        let server = NatsServer::start_at(Release::Recent, HUB);
        what_happened_meanwhile_is_told_later(&bridge, &Site::at(&format!("nats://{}", server.address())));
    });
}

#[test]
fn what_happens_while_a_node_is_cut_off_from_its_queues_is_told_later() {
    private_network(|| {
        let bridge = Bridge::here();
        let moto = Moto::start_at(HUB);
        what_happened_meanwhile_is_told_later(&bridge, &Site::at("sqs:").with(moto.environment("eu-west-2")));
    });
}
