//! A tick that comes while the one before is still running.

use bellwether_testkit::process::Running;
use nix::sys::signal::Signal;
use serde_json::Value;

use super::host::{EACH_SECOND, Host, is_alive, next_second, until};

fn with(policy: &'static str) -> Vec<&'static str> {
    [&EACH_SECOND[..], &["--overlap", policy, "--lease", "9s"]].concat()
}

/// Notes its process id, complains when an earlier command lives, and runs until it is released.
const ALONE: &str = "for pid in $(cat pids 2>/dev/null); do kill -0 $pid 2>/dev/null && echo $pid >> together; done;
    echo $$ >> pids; until [ -e release ]; do sleep 0.1; done";

/// Starts a wrapper in a new second, and waits until so many commands were started.
fn start(host: &Host, policy: &'static str, count: usize) -> Running {
    next_second();
    let running = host.script("job", &with(policy), ALONE).start();
    until(&format!("command {count}"), || (host.lines("pids").len() == count).then_some(()));
    running
}

fn states(runs: &[Value]) -> Vec<&str> {
    runs.iter().map(|run| run["state"].as_str().unwrap()).collect()
}

#[test]
fn forbid_leaves_new_ticks_out_and_says_so() {
    let host = Host::new();
    let first = start(&host, "forbid", 1);
    for _ in 0..3 {
        next_second();
        let flags = [&with("forbid")[..], &["--skip-status", "75"]].concat();
        let said = host.script("job", &flags, "touch ran").finish().expect_code(75).stderr_text();
        assert!(said.contains("is skipped") && said.contains("still running"), "{said}");
    }
    host.write("release", "");
    first.finish().expect_code(0);
    next_second();
    host.script("job", &with("forbid"), "touch later").finish().expect_code(0);
    assert!(!host.has("ran") && host.has("later"));
    let runs = host.history();
    // The first run ended after the others were skipped.
    assert_eq!(states(&runs), ["done", "done", "skipped", "skipped", "skipped"]);
    let first_tick = runs[1]["tick"].as_str().unwrap();
    for skipped in &runs[2..] {
        let note = skipped["note"].as_str().unwrap();
        assert!(note.contains("was still running") && note.contains(first_tick), "{note}");
        assert_eq!((skipped["attempt"].as_i64(), &skipped["status"]), (Some(0), &Value::Null));
    }
    let table = host.bellwether(["history"]).finish().expect_code(0).stdout_text();
    assert!(table.contains("skipped") && table.contains("was still running"), "{table}");
}

#[test]
fn forbid_is_the_default() {
    let host = Host::new();
    let first = start(&host, "forbid", 1);
    next_second();
    let said = host.script("job", &EACH_SECOND, "touch ran").finish().expect_code(0).stderr_text();
    assert!(said.contains("is skipped"), "{said}");
    host.write("release", "");
    first.finish().expect_code(0);
    assert!(!host.has("ran"));
}

#[test]
fn allow_runs_both() {
    let host = Host::new();
    let wrappers: Vec<_> = (1..=3).map(|count| start(&host, "allow", count)).collect();
    assert_eq!(host.lines("together").len(), 3, "the second saw one, the third saw two");
    host.write("release", "");
    for wrapper in wrappers {
        wrapper.finish().expect_code(0);
    }
    let runs = host.history();
    assert_eq!(states(&runs), ["done"; 3]);
    assert!(runs.iter().all(|run| run["status"] == 0), "{runs:#?}");
}

#[test]
fn allow_leaves_the_earlier_run_alone_past_its_lease() {
    let host = Host::new();
    let first = start(&host, "allow", 1);
    next_second();
    host.script("job", &with("allow"), "true").finish().expect_code(0);
    // More than a lease: a run that believed to have lost its claim would have been stopped by now.
    for _ in 0..12 {
        next_second();
    }
    assert!(is_alive(host.wait_for_pid("pids")));
    host.write("release", "");
    first.finish().expect_code(0);
    let runs = host.history();
    assert_eq!(states(&runs), ["done", "done"]);
    assert!(runs[0]["note"].as_str().unwrap().contains("beside"), "{runs:#?}");
}

#[test]
fn replace_stops_the_old_run_before_the_new_one_starts() {
    let host = Host::new();
    let [first, second, third] = [1, 2, 3].map(|count| start(&host, "replace", count));
    for old in [first, second] {
        let done = old.finish().expect_code(143);
        assert!(done.stderr_text().contains("a later tick replaced it"), "{}", done.stderr_text());
    }
    host.write("release", "");
    third.finish().expect_code(0);
    assert_eq!(host.lines("together"), [""; 0], "an old command was alive when a new one started");
    let runs = host.history();
    assert_eq!(states(&runs), ["done", "replaced", "replaced"]);
    for old in &runs[1..] {
        assert_eq!(old["status"], 143);
        assert!(old["note"].as_str().unwrap().contains("a later tick replaced it"), "{old}");
    }
}

#[test]
fn replace_kills_an_old_run_that_is_deaf_to_term() {
    let host = Host::new();
    next_second();
    let deaf = "trap '' TERM; echo $$ >> pids; while :; do sleep 1; done";
    let old = host.script("job", &with("replace"), deaf).start();
    host.wait_for_pid("pids");
    let new = start(&host, "replace", 2);
    old.finish().expect_code(137);
    assert_eq!(host.lines("together"), [""; 0]);
    new.signal(Signal::SIGTERM);
    new.finish().expect_code(143);
    assert_eq!(states(&host.history()), ["done", "replaced"]);
}
