//! `-s`: the log goes to `/dev/log`.

use std::path::Path;

use bellwether_testkit::fake_elb::{Fault, Faults};
use bellwether_testkit::process::Run;

use super::support::{ME, Node, OTHER, with_keys};
use crate::dev_log::{behind_dev, daemon, dev, receive};

/// `clustercron` where `/dev` holds what the directory holds.
fn with_dev(node: &Node, dev: &Path, arguments: &[&str]) -> Run {
    let run = with_keys(behind_dev(&node.sandbox, dev).arg(node.link()).args(arguments));
    run.env("AWS_ENDPOINT_URL", node.aws.url()).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", node.imds.url())
}

#[test]
fn s_sends_the_texts_of_the_manual_to_syslog_and_nothing_to_the_console() {
    let node = Node::chosen();
    let dev = dev(&node.sandbox);
    let daemon = daemon(&dev);
    let running = with_dev(&node, &dev, &["-v", "-s", "elb", "web", "echo", "test"]).start();
    let received: Vec<_> = (0..6).map(|_| receive(&daemon)).collect();
    let pid = running.pid();
    let done = running.finish().expect_code(0);
    assert_eq!((done.stdout_text(), done.stderr_text()), (String::new(), String::new()));
    // 14: facility `user`, severity `info`.
    let expected = [
        format!("<14>clustercron.lb [{pid}]: Instance ID: {ME}"),
        format!("<14>clustercron.elb [{pid}]: Healty instances: {ME}, {OTHER}"),
        format!("<14>clustercron.main [{pid}]: run command: echo test"),
        format!("<14>clustercron.main [{pid}]: stdout: test"),
        format!("<14>clustercron.main [{pid}]: stderr: "),
        format!("<14>clustercron.main [{pid}]: returncode: 0"),
    ];
    assert_eq!(received, expected);
}

#[test]
fn s_sends_errors_to_syslog_alone() {
    let node = Node::chosen();
    node.aws.misbehave(Faults::always(Fault::Denied));
    let dev = dev(&node.sandbox);
    let daemon = daemon(&dev);
    let done = with_dev(&node, &dev, &["--syslog", "alb", "web", "touch", "ran"]).finish().expect_code(1);
    assert_eq!((done.stdout_text(), done.stderr_text()), (String::new(), String::new()));
    let message = receive(&daemon);
    assert!(message.starts_with("<11>clustercron.alb ["), "{message}");
    assert!(message.contains("AccessDenied"), "{message}");
    assert!(!node.file("ran").exists());
}

#[test]
fn s_marks_every_line_of_the_output_as_ours() {
    let node = Node::chosen();
    let dev = dev(&node.sandbox);
    let daemon = daemon(&dev);
    let forged = "one\nsu: root logged in\nthree";
    let running = with_dev(&node, &dev, &["-sv", "elb", "web", "printf", "%s", forged]).start();
    // The words of the command are on three lines, and so is what it prints.
    let received: Vec<_> = (0..10).map(|_| receive(&daemon)).collect();
    running.finish().expect_code(0);
    for message in &received {
        assert!(message.starts_with("<14>clustercron."), "{received:#?}");
    }
    assert!(received.iter().any(|message| message.ends_with("]: three")), "{received:#?}");
}

#[test]
fn without_a_daemon_the_log_goes_to_the_console() {
    let node = Node::chosen();
    let done = with_dev(&node, &dev(&node.sandbox), &["-v", "-s", "elb", "web"]).finish().expect_code(0);
    assert!(done.stderr_text().starts_with("INFO     clustercron.lb : Instance ID: "), "{}", done.stderr_text());
}

#[test]
fn a_daemon_that_goes_away_harms_nobody() {
    let node = Node::chosen();
    let dev = dev(&node.sandbox);
    let daemon = daemon(&dev);
    let command = "touch started; until [ -e go ]; do sleep 0.05; done; exit 7";
    let running = with_dev(&node, &dev, &["-sv", "elb", "web", "sh", "-c", command]).start();
    super::support::wait_until("the command runs", || node.file("started").exists());
    drop(daemon);
    std::fs::write(node.file("go"), "").unwrap();
    running.finish().expect_code(7);
}

#[test]
fn a_command_that_cannot_be_started_tells_why_on_the_console_even_so() {
    let node = Node::chosen();
    let dev = dev(&node.sandbox);
    let _daemon = daemon(&dev);
    let done = with_dev(&node, &dev, &["-s", "elb", "web", "no-such-program"]).finish().expect_code(2);
    assert!(done.stderr_text().contains("no such program"), "{}", done.stderr_text());
}
