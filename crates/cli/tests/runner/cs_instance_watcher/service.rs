//! What the service manager is told.

use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use super::support::{Node, Watching, on_instance};

/// A service manager that listens, and a watcher that it has started.
fn managed(node: &Node, variables: &[(&str, &str)]) -> (UnixDatagram, Watching) {
    let path = node.sandbox.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    let run = node.watcher(&["--api-polling-period", "60"]).env("NOTIFY_SOCKET", path).envs(variables);
    (manager, Watching::start(run))
}

fn told(manager: &UnixDatagram) -> String {
    let mut buffer = [0; 4_096];
    let length = manager.recv(&mut buffer).expect("a message");
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

fn wait_for(manager: &UnixDatagram, wanted: &str) {
    while !told(manager).contains(wanted) {}
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
            let since = Instant::now();
            wait_for(&manager, "WATCHDOG=1");
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
        manager.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
        let mut left = 0;
        while manager.recv(&mut [0; 4_096]).is_ok() {
            left += 1;
            assert!(left < 10, "it is fed by somebody else");
        }
    });
}
