//! How a call ends.

use nix::sys::signal::Signal;

use super::support::{Site, crash, holds};
use crate::support::wait_until;

#[test]
fn the_status_tells_success_failure_and_silence() {
    let site = Site::new();
    let mut agents = site.agents(&["db-1", "web-1"]);
    site.end(0, &["exec", "--all", "--", "true"]);
    site.end(1, &["exec", "--all", "--", "false"]);
    let done = site.end(1, &["exec", "--all", "--", "/no/such/program"]);
    holds(&done.stderr_text(), &["web-1: could not be started"]);
    crash(agents.remove(0));
    let done = site.end(2, &["exec", "--all", "--wait", "2s", "--", "true"]);
    holds(&done.stderr_text(), &["warning: did not answer: db-1\n", "1 succeeded, 1 without an answer\n"]);
    // Who is silent weighs more than who failed.
    site.end(2, &["exec", "--all", "--wait", "2s", "--", "false"]);
    let done = site.end(2, &["exec", "role=nobody", "--wait", "1s", "--", "true"]);
    holds(&done.stderr_text(), &["0 nodes are expected", "no node answered, and none is known that should"]);
}

#[test]
fn wrong_usage_is_told_before_anybody_is_asked() {
    let site = Site::new();
    let told = |arguments: &[&str]| site.end(64, arguments).stderr_text();
    holds(&told(&["exec", "--", "true"]), &["no node is named", "--all"]);
    holds(&told(&["exec", "--all"]), &["nothing is given to be run"]);
    holds(&told(&["exec", "role=web and (", "--", "true"]), &["\n  role=web and (\n", "\n                ^\n"]);
    holds(&told(&["exec", "--all", "--max-failures", "1", "--", "true"]), &["--batch"]);
    holds(&told(&["exec", "role=web", "--async", "--", "true"]), &["no node of the inventory matches"]);
    let large = site.sandbox.write("large", vec![b'x'; 200_000]);
    let large = large.to_str().unwrap();
    holds(&told(&["exec", "--all", "--stdin", large, "--", "cat"]), &["more than 131072 bytes"]);
    for ttl in ["0s", "8d"] {
        holds(&told(&["exec", "--all", "--ttl", ttl, "--", "true"]), &["at most 7d"]);
    }
    holds(&told(&["exec", "--all", "--script", "/no/such/file"]), &["/no/such/file"]);
    std::fs::remove_file(site.sandbox.state().join("bellwether/caller.key")).unwrap();
    holds(&told(&["exec", "--all", "--", "true"]), &["there is no key to sign with", "bellwether keys generate"]);
}

#[test]
fn a_transport_that_is_not_there_is_status_69() {
    let site = Site::new();
    let done = site.end(69, &["exec", "--all", "--transport", "nats://127.0.0.1:9", "--", "true"]);
    holds(&done.stderr_text(), &["error: connecting by ", "127.0.0.1:9", "hint: "]);
    let done = site.end(69, &["ping", "--transport", "nats://127.0.0.1:9"]);
    assert_eq!(done.stdout_text(), "");
}

#[test]
fn an_interrupt_shows_what_is_known_and_names_what_is_missing() {
    let site = Site::new();
    let _agents = site.agents(&["db-1", "web-1"]);
    // Both run in the same directory, so one of them is the first.
    let home = site.sandbox.home();
    let shell = "echo begun; mkdir first 2>/dev/null || sleep 60";
    let call = site.run(&["exec", "--all", "--directory", home.to_str().unwrap(), "--shell", shell]);
    let call = call.start();
    wait_until("one has ended, and the other runs", || {
        let (out, err) = (call.stdout_so_far(), call.stderr_so_far());
        String::from_utf8_lossy(&out).matches("begun").count() == 2
            && String::from_utf8_lossy(&err).contains(": succeeded")
    });
    call.signal(Signal::SIGINT);
    let done = call.finish().expect_code(2);
    holds(&done.stderr_text(), &["warning: still running: ", "1 succeeded, 1 without an answer, interrupted\n"]);
}
