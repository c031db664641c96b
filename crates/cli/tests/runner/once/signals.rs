//! Signals to the wrapper are the command's.

use nix::sys::signal::Signal;

use super::host::{Host, ONE_TICK, until};
use crate::support::bellwether;

/// Waits in small steps, so that traps are served soon.
const IDLE: &str = "echo up >> log; while :; do sleep 0.1; done";

#[test]
fn a_command_that_handles_the_signal_sets_the_status() {
    for (signal, name) in
        [(Signal::SIGTERM, "TERM"), (Signal::SIGINT, "INT"), (Signal::SIGHUP, "HUP"), (Signal::SIGQUIT, "QUIT")]
    {
        let host = Host::new();
        let running = host.script("job", &ONE_TICK, &format!("trap 'echo got {name}; exit 7' {name}; {IDLE}")).start();
        host.wait_for_line("log");
        running.signal(signal);
        let done = running.finish().expect_code(7);
        assert_eq!(done.stdout_text(), format!("got {name}\n"));
        assert_eq!(host.only_run()["status"], 7);
    }
}

#[test]
fn a_command_that_dies_of_the_signal_has_128_and_its_number() {
    for (signal, status) in [(Signal::SIGTERM, 143), (Signal::SIGINT, 130), (Signal::SIGHUP, 129)] {
        let host = Host::new();
        let flags = [&ONE_TICK[..], &["--retries", "3"]].concat();
        let running = host.script("job", &flags, "echo up >> log; exec sleep 300").start();
        host.wait_for_line("log");
        running.signal(signal);
        running.finish().expect_code(status);
        assert_eq!(host.lines("log"), ["up"], "{signal}: no retry after being told to end");
        let run = host.only_run();
        assert_eq!((run["state"].as_str(), run["status"].as_i64()), (Some("done"), Some(status.into())));
    }
}

#[test]
fn user_signals_are_passed_on_and_end_nothing() {
    let host = Host::new();
    let script = format!("trap 'echo one >> log' USR1; trap 'echo two >> log' USR2; trap 'exit 0' TERM; {IDLE}");
    let running = host.script("job", &ONE_TICK, &script).start();
    host.wait_for_line("log");
    for (signal, line) in [(Signal::SIGUSR1, "one"), (Signal::SIGUSR2, "two")] {
        running.signal(signal);
        until(line, || host.lines("log").contains(&line.to_owned()).then_some(()));
    }
    running.signal(Signal::SIGTERM);
    running.finish().expect_code(0);
    assert_eq!(host.lines("log"), ["up", "one", "two"]);
}

#[test]
fn a_command_that_ignores_term_goes_on() {
    let host = Host::new();
    let script = "trap 'echo term >> log' TERM; echo up >> log; until [ -e go ]; do sleep 0.1; done; exit 9";
    let running = host.script("job", &ONE_TICK, script).start();
    host.wait_for_line("log");
    running.signal(Signal::SIGTERM);
    until("TERM", || (host.wait_for_line("log") == "term").then_some(()));
    host.write("go", "");
    running.finish().expect_code(9);
}

#[test]
fn a_hangup_that_was_ignored_at_the_start_stays_ignored() {
    let host = Host::new();
    let command = format!("trap 'echo one >> log' USR1; {IDLE}");
    let start = format!("trap '' HUP; exec \"{}\" once job --every 1000d -- sh -c \"$0\"", bellwether().display());
    let running = host.sandbox.run("/bin/sh").args(["-c", &start, &command]).start();
    host.wait_for_line("log");
    running.signal(Signal::SIGHUP);
    running.signal(Signal::SIGUSR1);
    until("USR1", || (host.wait_for_line("log") == "one").then_some(()));
    running.signal(Signal::SIGTERM);
    running.finish().expect_code(143);
}
