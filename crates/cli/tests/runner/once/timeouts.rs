//! `--timeout` and `--kill-after`.

use std::time::Duration;

use super::host::{Host, ONE_TICK, is_alive};

fn with(flags: &[&'static str]) -> Vec<&'static str> {
    [&ONE_TICK[..], flags].concat()
}

#[test]
fn a_timeout_ends_the_command_and_all_it_started() {
    let host = Host::new();
    let script =
        "sleep 300 & echo $! > grandchild; sh -c 'sleep 300 & echo $! > deeper; wait' & echo $$ > command; wait";
    let done = host.script("job", &with(&["--timeout", "1s"]), script).finish().expect_code(124);
    assert!(done.stderr_text().contains("stopped after 1.0s"), "{}", done.stderr_text());
    assert!(done.wall >= Duration::from_secs(1), "{:?}", done.wall);
    for name in ["command", "grandchild", "deeper"] {
        assert!(!is_alive(host.wait_for_pid(name)), "{name} lives on");
    }
    let run = host.only_run();
    assert_eq!((run["state"].as_str(), run["status"].as_i64()), (Some("done"), Some(124)));
}

#[test]
fn those_deaf_to_term_are_killed() {
    let host = Host::new();
    let script = "trap '' TERM; sleep 300 & echo $! > grandchild; echo $$ > command; while :; do sleep 1; done";
    let flags = with(&["--timeout", "1s", "--kill-after", "500ms"]);
    let done = host.script("job", &flags, script).finish().expect_code(124);
    assert!(done.wall >= Duration::from_millis(1_500), "{:?}", done.wall);
    for name in ["command", "grandchild"] {
        assert!(!is_alive(host.wait_for_pid(name)), "{name} lives on");
    }
}

#[test]
fn a_deaf_grandchild_is_killed_after_its_parent_has_obeyed() {
    let host = Host::new();
    let script = "(trap '' TERM; exec sleep 300) & echo $! > grandchild; trap 'echo bye; exit 5' TERM; while :; do sleep 0.1; done";
    let flags = with(&["--timeout", "1s", "--kill-after", "500ms"]);
    let done = host.script("job", &flags, script).finish().expect_code(124);
    assert_eq!(done.stdout_text(), "bye\n", "last words are passed on");
    assert!(!is_alive(host.wait_for_pid("grandchild")));
}

#[test]
fn a_command_that_is_done_in_time_keeps_its_status() {
    let host = Host::new();
    let done = host.script("job", &with(&["--timeout", "10m"]), "exit 6").finish().expect_code(6);
    assert_eq!(done.stderr_text(), "");
}
