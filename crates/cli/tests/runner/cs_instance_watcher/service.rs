//! What the service manager is told.

use std::time::{Duration, Instant};

use bellwether_testkit::notify::NotifySocket;

use super::support::{Node, Watching, on_instance};
use crate::support::wait_until;

/// A service manager that listens, and a watcher that it has started.
fn managed(node: &Node, variables: &[(&str, &str)]) -> (NotifySocket, Watching) {
    let manager = NotifySocket::within(&node.sandbox);
    let run = node.watcher(&["--api-polling-period", "60"]).env("NOTIFY_SOCKET", manager.path()).envs(variables);
    (manager, Watching::start(run))
}

fn wait_for(manager: &NotifySocket, wanted: &str) {
    wait_until(&format!("it says {wanted}"), || manager.messages().iter().any(|told| told.contains(wanted)));
}

#[test]
fn the_service_manager_is_told_of_beginning_state_and_end() {
    on_instance(|node| {
        let (manager, watcher) = managed(node, &[]);
        wait_for(&manager, "READY=1");
        wait_for(&manager, "STATUS=running");
        watcher.stop();
        wait_for(&manager, "STOPPING=1");
    });
}

#[test]
fn the_watchdog_is_fed_between_polls_before_its_time_is_over() {
    on_instance(|node| {
        let (manager, watcher) = managed(node, &[("WATCHDOG_USEC", "8000000")]);
        wait_for(&manager, "STATUS=running");
        wait_for(&manager, "WATCHDOG=1");
        let asked = node.squad.requests().len();
        for _ in 0..2 {
            let (since, before) = (Instant::now(), manager.count("WATCHDOG=1"));
            wait_until("it is fed again", || manager.count("WATCHDOG=1") > before);
            assert!(since.elapsed() < Duration::from_secs(8), "{:?}", since.elapsed());
        }
        assert_eq!(node.squad.requests().len(), asked, "no poll was due");
        watcher.stop();
    });
}

#[test]
fn a_watcher_that_is_stuck_does_not_feed_the_watchdog() {
    on_instance(|node| {
        let (manager, watcher) = managed(node, &[("WATCHDOG_USEC", "1000000")]);
        wait_for(&manager, "WATCHDOG=1");
        watcher.0.signal(nix::sys::signal::Signal::SIGSTOP);
        std::thread::sleep(Duration::from_millis(300));
        let before = manager.count("WATCHDOG=1");
        std::thread::sleep(Duration::from_secs(3));
        assert_eq!(manager.count("WATCHDOG=1"), before, "it is fed by somebody else");
    });
}
