//! Signals to the wrapper reach the command, and its end is the wrapper's.

use super::support::{Node, signal, wait_until};

/// Starts a command that answers each of these signals in its own way, sends one, and tells how it ended.
fn after(name: &str, script: &str) -> (Node, Option<i32>) {
    let node = Node::chosen();
    let running = node.clustercron(&["elb", "web", "sh", "-c", script]).start();
    wait_until("the command runs", || node.file("ready").exists());
    signal(running.pid(), name);
    let code = running.finish().code;
    (node, code)
}

#[test]
fn term_is_passed_on_and_the_command_decides() {
    let script = "trap 'touch told; exit 42' TERM; touch ready; while :; do sleep 0.05; done";
    let (node, code) = after("TERM", script);
    assert_eq!(code, Some(42));
    assert!(node.file("told").exists());
}

#[test]
fn a_command_that_dies_of_the_signal_passed_on_is_128_plus_n() {
    for (name, status) in [("TERM", 143), ("INT", 130), ("HUP", 129), ("QUIT", 131)] {
        let (_, code) = after(name, "touch ready; while :; do sleep 0.05; done");
        assert_eq!(code, Some(status), "{name}");
    }
}

#[test]
fn usr1_and_usr2_reach_the_command() {
    for name in ["USR1", "USR2"] {
        let script = format!("trap 'exit 9' {name}; touch ready; while :; do sleep 0.05; done");
        let (_, code) = after(name, &script);
        assert_eq!(code, Some(9), "{name}");
    }
}

#[test]
fn a_signal_reaches_the_children_of_the_command_too() {
    // Without outputs of its own: ours end with us, and the shell would die of writing "Terminated" there.
    let child = "(trap 'touch child; exit 0' TERM; touch ready; while :; do sleep 0.05; done) > /dev/null 2>&1";
    let script = &format!("{child} & wait; exit 3");
    let (node, code) = after("TERM", script);
    assert_eq!(code, Some(143), "the shell itself dies of it");
    wait_until("the child was told", || node.file("child").exists());
}

#[test]
fn a_wrapper_that_is_killed_leaves_its_command_alone() {
    let node = Node::chosen();
    let script = "touch ready; until [ -e go ]; do sleep 0.05; done; touch done";
    let running = node.clustercron(&["elb", "web", "sh", "-c", script]).start();
    wait_until("the command runs", || node.file("ready").exists());
    signal(running.pid(), "KILL");
    assert_eq!(running.finish().signal, Some(9));
    std::fs::write(node.file("go"), "").unwrap();
    wait_until("the command came to its own end", || node.file("done").exists());
}

#[test]
fn a_wrapper_that_is_told_to_end_before_it_knows_runs_nothing() {
    let node = Node::chosen();
    node.aws.misbehave(bellwether_testkit::fake_elb::Faults::always(bellwether_testkit::fake_elb::Fault::Hang));
    let running = node.clustercron(&["elb", "web", "touch", "ran"]).start();
    wait_until("AWS is being asked", || node.aws.calls("DescribeInstanceHealth") > 0);
    signal(running.pid(), "TERM");
    assert_eq!(running.finish().signal, Some(15));
    assert!(!node.file("ran").exists());
}
