//! What the states of CloneSquad do to connections.

use std::time::{Duration, Instant};

use bellwether_testkit::clonesquad::{Fault, Step};
use bellwether_testkit::traffic::{Connection, open_both, refused};

use crate::support::wait_until;

use super::support::{OTHER_PORT, is_open, on_instance, wait_until_open, wait_until_refused};

#[test]
fn new_connections_are_refused_while_the_instance_drains_and_stops_and_old_ones_live_on() {
    on_instance(|node| {
        let mut old: Vec<Connection> = [80, 443].into_iter().flat_map(open_both).collect();
        let watcher = node.guard(&[]);
        node.wait_for_polls();
        assert!(is_open(80) && is_open(443), "running blocks nothing: {}", watcher.log());
        for state in ["draining", "stopping"] {
            node.squad.set_state(state);
            wait_until_refused(80);
            watcher.wait_for_log(&format!("the state is {state}"));
            node.wait_for_polls();
            refused(80);
            refused(443);
            old.iter_mut().for_each(Connection::echoes);
            open_both(OTHER_PORT);
        }
        node.squad.set_state("running");
        wait_until_open(80);
        wait_until_open(443);
        old.iter_mut().for_each(Connection::echoes);
        watcher.stop();
        assert_eq!(node.squad.refused(), Vec::<String>::new());
    });
}

#[test]
fn no_other_state_refuses_anything() {
    on_instance(|node| {
        let watcher = node.guard(&[]);
        for state in ["draining", "pending", "draining", "bounced", "draining", "error"] {
            node.squad.set_state(state);
            match state {
                "draining" => wait_until_refused(80),
                _ => wait_until_open(80),
            }
        }
        watcher.stop();
    });
}

#[test]
fn a_clean_stop_lets_new_connections_in() {
    for signal in ["TERM", "INT", "HUP"] {
        on_instance(|node| {
            node.squad.set_state("draining");
            let watcher = node.guard(&[]);
            wait_until_refused(443);
            watcher.0.signal(format!("SIG{signal}").parse().unwrap());
            watcher.0.finish().expect_code(0);
            assert!(is_open(80) && is_open(443), "after {signal}");
        });
    }
}

#[test]
fn a_stop_does_not_wait_for_an_api_that_does_not_answer() {
    on_instance(|node| {
        node.squad.set_state("draining");
        let watcher = node.guard(&[]);
        wait_until_refused(80);
        node.squad.misbehave(Step::Metadata, Some(Fault::Hang));
        let calls = node.squad.calls(Step::Metadata);
        wait_until("the API is asked", || node.squad.calls(Step::Metadata) > calls);
        let since = Instant::now();
        watcher.stop();
        // A question is given ten seconds, twice.
        assert!(since.elapsed() < Duration::from_secs(8), "{:?}", since.elapsed());
        assert!(is_open(80));
    });
}

#[test]
fn an_instance_that_is_not_managed_is_left_alone_until_it_is() {
    on_instance(|node| {
        node.squad.set_tags(&[("Name", "web")]);
        node.squad.set_state("draining");
        let watcher = node.guard(&["--stale-context-timeout", "1"]);
        watcher.wait_for_log("not managed by CloneSquad");
        let calls = node.squad.aws().calls("DescribeInstances");
        wait_until("it looks again", || node.squad.aws().calls("DescribeInstances") > calls + 1);
        assert!(is_open(80));
        assert_eq!(watcher.log().matches("not managed by CloneSquad").count(), 1, "{}", watcher.log());
        assert_eq!(node.squad.requests().len(), 0, "neither the function nor the API is asked");
        node.squad.set_tags(&[("clonesquad:group-name", "fleet-1")]);
        wait_until_refused(80);
        node.squad.set_tags(&[]);
        wait_until_open(80);
        watcher.stop();
    });
}
