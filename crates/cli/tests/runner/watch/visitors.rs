//! What the visitors of a web site notice when one of its servers leaves.

use bellwether_testkit::netns::private_network;
use bellwether_testkit::site::{PORT, Site};

use super::support::{Node, log, until_logged};

/// Without a watch some fail: the tests of cs-instance-watcher show it.
#[test]
fn no_request_fails_when_a_node_that_is_watched_leaves() {
    private_network(|| {
        let mut site = Site::start();
        let node = site.network(0).enter(Node::new);
        let run = node.run(&["--source", "clonesquad", "--ports", &PORT.to_string(), "--on", "draining=block-ports"]);
        let watch = site.network(0).enter(|| run.start());
        until_logged(&watch, "running");
        let tally = site.leaving(|site| {
            node.squad.set_state("draining");
            site.wait_until_left(0);
            assert!(site.is_up(1));
        });
        assert_eq!(tally.failed, 0, "{tally:?}\n{}", log(&watch));
        assert!(tally.requests > 0, "{tally:?}");
    });
}
