//! `--retries`: the command is started again within the same claim.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::host::{Host, ONE_TICK, wait_for_death};

fn with(flags: &[&'static str]) -> Vec<&'static str> {
    [&ONE_TICK[..], flags].concat()
}

#[test]
fn a_failing_command_is_started_again_so_many_times() {
    let host = Host::new();
    let flags = with(&["--retries", "2", "--retry-delay", "50ms"]);
    let script = "echo $BELLWETHER_ATTEMPT $BELLWETHER_FENCE $BELLWETHER_RUN_ID >> attempts; echo try $BELLWETHER_ATTEMPT; exit 3";
    let done = host.script("job", &flags, script).finish().expect_code(3);
    assert_eq!(done.stdout_text(), "try 1\ntry 2\ntry 3\n");
    let run = host.only_run();
    let id = run["run_id"].as_str().unwrap();
    assert_eq!(host.lines("attempts"), [1, 2, 3].map(|attempt| format!("{attempt} 1 {id}")), "one claim for all");
    assert_eq!((run["attempt"].as_i64(), run["status"].as_i64()), (Some(3), Some(3)));
    assert_eq!(run["output"], "try 1\ntry 2\ntry 3\n", "the output of all attempts is kept");
    let table = host.bellwether(["history"]).finish().expect_code(0).stdout_text();
    assert!(table.contains("attempt 3"), "{table}");
}

#[test]
fn the_first_success_is_the_last_attempt() {
    let host = Host::new();
    let flags = with(&["--retries", "9", "--retry-delay", "10ms"]);
    host.script("job", &flags, "echo x >> attempts; [ $BELLWETHER_ATTEMPT = 3 ]").finish().expect_code(0);
    assert_eq!(host.lines("attempts").len(), 3);
    let run = host.only_run();
    assert_eq!((run["attempt"].as_i64(), run["status"].as_i64()), (Some(3), Some(0)));
}

#[test]
fn the_delay_lies_between_attempts() {
    let host = Host::new();
    let flags = with(&["--retries", "2", "--retry-delay", "1s"]);
    let done = host.once("job", &flags, &["false"]).finish().expect_code(1);
    assert!(done.wall >= Duration::from_secs(2), "{:?}", done.wall);
}

#[test]
fn a_command_that_cannot_be_started_is_not_tried_again() {
    for (program, status) in [("no-such-program", 127), ("/usr", 126)] {
        let host = Host::new();
        let done = host.once("job", &with(&["--retries", "3", "--retry-delay", "10ms"]), &[program]).finish();
        let said = done.expect_code(status).stderr_text();
        assert_eq!(said.matches("was not started").count(), 1, "{said}");
        assert_eq!(host.only_run()["attempt"], 1);
    }
}

#[test]
fn killed_and_timed_out_commands_are_tried_again() {
    let host = Host::new();
    let flags = with(&["--retries", "2", "--retry-delay", "10ms", "--timeout", "1s"]);
    let script = "echo x >> attempts; case $BELLWETHER_ATTEMPT in 1) kill -9 $$;; 2) sleep 300;; esac";
    host.script("job", &flags, script).finish().expect_code(0);
    assert_eq!(host.lines("attempts").len(), 3);
}

#[test]
fn term_in_the_pause_ends_promptly_with_the_last_status() {
    let host = Host::new();
    let flags = with(&["--retries", "3", "--retry-delay", "1h"]);
    let running = host.script("job", &flags, "echo $$ >> pids; exit 3").start();
    wait_for_death(host.wait_for_pid("pids"));
    running.signal(Signal::SIGTERM);
    running.finish().expect_code(3);
    assert_eq!(host.lines("pids").len(), 1);
    let run = host.only_run();
    assert_eq!((run["state"].as_str(), run["status"].as_i64()), (Some("done"), Some(3)));
}
