//! `--log syslog`.

use bellwether_testkit::netns::private_network;

use super::support::Node;
use crate::dev_log::{behind_dev, daemon, dev, receive};
use crate::support::bellwether;

#[test]
fn syslog_gets_every_line_with_its_severity_and_standard_error_none() {
    private_network(|| {
        let node = Node::new();
        node.script("draining", "10-fails", "echo a line; echo 'su: root logged in' >&2; exit 3");
        node.squad.set_state("draining");
        let dev = dev(&node.sandbox);
        let daemon = daemon(&dev);
        let run = behind_dev(&node.sandbox, &dev).arg(bellwether());
        let once = node.as_watch(run, &["--source", "clonesquad", "--log", "syslog", "--once"]).start();
        let pid = once.pid();
        let mut received = Vec::new();
        while !received.last().is_some_and(|last: &String| last.contains("all reactions were tried")) {
            received.push(receive(&daemon));
        }
        let done = once.finish().expect_code(1);
        assert_eq!((done.stdout_text(), done.stderr_text()), (String::new(), String::new()));
        // Facility `user` is 8; the severities are 3 for errors, 4 for warnings, 6 for the rest.
        for expected in [
            format!("<14>bellwether[{pid}]: watching clonesquad every 1.0s"),
            format!("<14>bellwether[{pid}]: 10-fails: a line"),
            format!("<12>bellwether[{pid}]: 10-fails: su: root logged in"),
            format!("<11>bellwether[{pid}]: draining: all reactions were tried; 1 failed"),
        ] {
            assert!(received.contains(&expected), "'{expected}' is missing in {received:#?}");
        }
        assert!(received.iter().all(|message| message.contains(&format!(">bellwether[{pid}]: "))), "{received:#?}");
    });
}

#[test]
fn without_a_syslog_daemon_it_does_not_start_and_says_what_to_do() {
    private_network(|| {
        let node = Node::new();
        let dev = dev(&node.sandbox);
        let run = behind_dev(&node.sandbox, &dev).arg(bellwether());
        let done = node.as_watch(run, &["--source", "imds", "--log", "syslog"]).finish().expect_code(69);
        let told = done.stderr_text();
        assert!(
            told.contains("cannot log to syslog at /dev/log: ") && told.contains("start a syslog daemon"),
            "{told}"
        );
    });
}
