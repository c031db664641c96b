//! What the visitors of a web site notice when one of its servers leaves.

use std::time::Duration;

use bellwether_testkit::clonesquad::FakeCloneSquad;
use bellwether_testkit::netns::private_network;
use bellwether_testkit::process::Sandbox;
use bellwether_testkit::site::{PORT, Site};

use super::support::{BLOCK, Node, Watching};

/// How long CloneSquad lets an instance drain here before it is stopped.
const DRAINING: Duration = Duration::from_secs(3);

/// An instance of CloneSquad's that is the first server of the site.
fn instance(site: &Site) -> Node {
    site.network(0).enter(|| Node { squad: FakeCloneSquad::start(), sandbox: Sandbox::new() })
}

#[test]
fn no_request_fails_when_an_instance_that_is_watched_leaves() {
    private_network(|| {
        let mut site = Site::start();
        let node = instance(&site);
        let run = node.watcher(&[BLOCK[0], &PORT.to_string()]);
        let watcher = site.network(0).enter(|| Watching::start(run));
        watcher.wait_for_log("the state is running");
        let tally = site.leaving(|site| {
            node.squad.set_state("draining");
            site.wait_until_left(0);
            assert!(site.is_up(1));
        });
        assert_eq!(tally.failed, 0, "{tally:?}\n{}", watcher.log());
        assert!(tally.requests > 0, "{tally:?}");
        watcher.stop();
    });
}

#[test]
fn requests_fail_when_an_instance_that_nobody_watches_leaves() {
    private_network(|| {
        let mut site = Site::start();
        let tally = site.leaving(|site| {
            std::thread::sleep(DRAINING);
            assert!(site.is_up(0), "nobody has told the load balancer");
        });
        assert!(tally.failed > 0, "{tally:?}");
    });
}
