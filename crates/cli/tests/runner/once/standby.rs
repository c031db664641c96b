//! `--standby`: a wrapper that keeps watching a tick another one runs.

use bellwether_testkit::process::Running;
use nix::sys::signal::Signal;

use super::host::{Host, ONE_TICK, is_alive, next_second, wait_until_open};

fn with(flags: &[&'static str]) -> Vec<&'static str> {
    [&ONE_TICK[..], &["--lease", "9s"], flags].concat()
}

/// A running tick and a wrapper that watches it.
fn runner_and_standby(host: &Host, flags: &[&'static str]) -> (Running, Running) {
    let script = "echo $$ > command; until [ -e release ]; do sleep 0.1; done; exit 4";
    let runner = host.script("job", &with(&[]), script).start();
    host.wait_for_pid("command");
    let standby = host.script("job", &with(flags), "echo $BELLWETHER_ATTEMPT >> taken").start();
    wait_until_open(host, &standby);
    next_second();
    assert!(is_alive(standby.pid()), "a wrapper on standby waits for the end");
    (runner, standby)
}

#[test]
fn a_standby_takes_over_when_the_runner_is_killed() {
    let host = Host::new();
    let (runner, standby) = runner_and_standby(&host, &["--standby", "--on-lost", "rerun"]);
    runner.signal(Signal::SIGKILL);
    runner.finish();
    standby.finish().expect_code(0);
    assert_eq!(host.lines("taken"), ["2"]);
    let states: Vec<_> = host.history().iter().map(|run| run["state"].as_str().unwrap().to_owned()).collect();
    assert_eq!(states, ["done", "lost"]);
}

#[test]
fn a_standby_that_may_not_rerun_marks_the_tick_lost() {
    let host = Host::new();
    let (runner, standby) = runner_and_standby(&host, &["--standby"]);
    runner.signal(Signal::SIGKILL);
    runner.finish();
    let said = standby.finish().expect_code(0).stderr_text();
    assert!(said.contains("is lost"), "{said}");
    assert!(!host.has("taken"));
    assert_eq!(host.only_run()["state"], "lost");
}

#[test]
fn a_standby_goes_when_the_tick_is_done() {
    let host = Host::new();
    let (runner, standby) = runner_and_standby(&host, &["--standby", "--on-lost", "rerun", "--skip-status", "75"]);
    host.write("release", "");
    runner.finish().expect_code(4);
    let said = standby.finish().expect_code(75).stderr_text();
    assert!(said.contains("done with status 4"), "{said}");
    assert!(!host.has("taken"));
}

#[test]
fn a_standby_that_is_told_to_end_ends() {
    let host = Host::new();
    let (runner, standby) = runner_and_standby(&host, &["--standby", "--on-lost", "rerun"]);
    standby.signal(Signal::SIGTERM);
    let said = standby.finish().expect_code(143).stderr_text();
    assert!(said.contains("told to end before the command was started"), "{said}");
    host.write("release", "");
    runner.finish().expect_code(4);
    assert!(!host.has("taken"));
    assert_eq!(host.only_run()["status"], 4);
}

#[test]
fn of_several_standbys_one_takes_over() {
    let host = Host::new();
    let (runner, first) = runner_and_standby(&host, &["--standby", "--on-lost", "rerun"]);
    let more: Vec<_> = (0..4)
        .map(|_| {
            let flags = with(&["--standby", "--on-lost", "rerun"]);
            let standby = host.script("job", &flags, "echo $BELLWETHER_ATTEMPT >> taken").start();
            wait_until_open(&host, &standby);
            standby
        })
        .collect();
    runner.signal(Signal::SIGKILL);
    runner.finish();
    for standby in std::iter::once(first).chain(more) {
        standby.finish().expect_code(0);
    }
    assert_eq!(host.lines("taken"), ["2"]);
}
