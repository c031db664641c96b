//! Wrappers that are killed or stopped: their commands end, and the next wrapper knows.

use bellwether_testkit::process::Running;
use nix::sys::signal::Signal;

use super::host::{EACH_SECOND, Host, ONE_TICK, end, is_alive, next_second, until, wait_for_death};

/// So long that nothing in these tests can have waited for it.
const LONG_LEASE: [&str; 2] = ["--lease", "1h"];

const FAMILY: &str = "sleep 300 & echo $! > grandchild; echo $$ > command; wait";

fn with(tick: [&'static str; 2], flags: &[&'static str]) -> Vec<&'static str> {
    [&tick[..], &LONG_LEASE[..], flags].concat()
}

/// Starts a run, kills its wrapper without mercy, and waits for the end of its command and grandchild.
fn start_and_kill(host: &Host, tick: [&'static str; 2]) {
    let running = host.script("job", &with(tick, &[]), FAMILY).start();
    let family = [host.wait_for_pid("command"), host.wait_for_pid("grandchild")];
    assert!(family.into_iter().all(is_alive));
    running.signal(Signal::SIGKILL);
    assert_eq!(running.finish().signal, Some(9));
    family.into_iter().for_each(wait_for_death);
}

#[test]
fn a_killed_wrapper_takes_its_command_along_and_the_next_tick_runs_at_once() {
    let host = Host::new();
    start_and_kill(&host, EACH_SECOND);
    next_second();
    host.script("job", &with(EACH_SECOND, &[]), "touch ran").finish().expect_code(0);
    assert!(host.has("ran"));
    let runs = host.history();
    assert_eq!(runs.len(), 2, "{runs:#?}");
    assert_eq!((&runs[0]["state"], &runs[0]["status"], &runs[0]["fence"]), (&"done".into(), &0.into(), &2.into()));
    assert_eq!((&runs[1]["state"], &runs[1]["fence"]), (&"lost".into(), &1.into()));
    assert!(runs[1]["started"].is_string() && runs[1]["ended"].is_null() && runs[1]["status"].is_null());
    let note = runs[1]["note"].as_str().unwrap();
    assert!(note.contains("lost while the command was running"), "{note}");
    let table = host.bellwether(["history"]).finish().expect_code(0).stdout_text();
    assert!(table.contains("lost while the command was running"), "{table}");
}

#[test]
fn a_lost_tick_is_not_run_again_by_default_and_history_says_so() {
    let host = Host::new();
    start_and_kill(&host, ONE_TICK);
    for _ in 0..2 {
        let flags = with(ONE_TICK, &["--skip-status", "75"]);
        let said = host.script("job", &flags, "touch ran").finish().expect_code(75).stderr_text();
        assert!(said.contains("is lost") && said.contains("--on-lost rerun"), "{said}");
    }
    assert!(!host.has("ran"));
    assert_eq!(host.only_run()["state"], "lost");
}

#[test]
fn a_lost_tick_is_run_again_where_the_user_says_so() {
    let host = Host::new();
    start_and_kill(&host, ONE_TICK);
    let flags = with(ONE_TICK, &["--on-lost", "rerun"]);
    let script = "echo $BELLWETHER_ATTEMPT $BELLWETHER_FENCE >> runs";
    host.script("job", &flags, script).finish().expect_code(0);
    let said = host.script("job", &flags, script).finish().expect_code(0).stderr_text();
    assert!(said.contains("is taken"), "{said}");
    assert_eq!(host.lines("runs"), ["2 2"]);
    let runs = host.history();
    let told: Vec<_> = runs.iter().map(|run| (run["state"].as_str().unwrap(), run["attempt"].as_i64())).collect();
    assert_eq!(told, [("done", Some(2)), ("lost", Some(1))]);
    assert_eq!(runs[0]["tick"], runs[1]["tick"]);
}

#[test]
fn a_killed_command_ends_its_run_like_any_other() {
    let host = Host::new();
    let running = host.script("job", &ONE_TICK, "echo $$ > command; exec sleep 300").start();
    nix::sys::signal::kill(host.wait_for_pid("command"), Signal::SIGKILL).unwrap();
    running.finish().expect_code(137);
    assert_eq!(host.only_run()["state"], "done");
}

/// Starts a run with a short lease and stops its wrapper, which cannot renew the lease nor end the command then.
fn start_and_stop(host: &Host) -> Running {
    let flags = [&ONE_TICK[..], &["--lease", "6s"]].concat();
    let running = host.script("job", &flags, FAMILY).start();
    let family = [host.wait_for_pid("command"), host.wait_for_pid("grandchild")];
    running.signal(Signal::SIGSTOP);
    assert!(family.into_iter().all(is_alive));
    running
}

#[test]
fn the_command_of_a_stopped_wrapper_is_ended_when_the_lease_is() {
    let host = Host::new();
    let running = start_and_stop(&host);
    for name in ["command", "grandchild"] {
        wait_for_death(host.wait_for_pid(name));
    }
    running.signal(Signal::SIGCONT);
    let done = running.finish();
    assert!(matches!(done.code, Some(143 | 137)), "{done:?}");
    assert!(done.stderr_text().contains("was stopped"), "{}", done.stderr_text());
    let run = host.only_run();
    assert_eq!(run["status"].as_i64(), done.code.map(i64::from));
    assert!(run["note"].as_str().unwrap().contains("stopped"), "{run}");
}

#[test]
fn a_stopped_wrappers_tick_is_run_again_only_when_its_command_is_dead() {
    let host = Host::new();
    let stopped = start_and_stop(&host);
    let flags = [&ONE_TICK[..], &["--lease", "6s", "--on-lost", "rerun", "--standby"]].concat();
    let script = "for name in command grandchild; do kill -0 $(cat $name) 2>/dev/null && cat /proc/$(cat $name)/stat >> alive; done;
        echo $BELLWETHER_ATTEMPT >> again";
    host.script("job", &flags, script).finish().expect_code(0);
    assert_eq!(host.lines("again"), ["2"]);
    // The stopped wrapper has not reaped its command: it may be there, but dead.
    assert!(host.lines("alive").iter().all(|stat| stat.contains(") Z ")), "{:?}", host.lines("alive"));
    stopped.signal(Signal::SIGCONT);
    let done = stopped.finish();
    assert!(matches!(done.code, Some(143 | 137)), "{done:?}");
    assert_eq!(host.lines("again"), ["2"]);
    assert_eq!(host.history().len(), 2);
}

#[test]
fn a_daemon_that_a_dead_run_left_behind_does_not_keep_it_alive_beyond_its_lease() {
    let host = Host::new();
    let lease = [&ONE_TICK[..], &["--lease", "3s"]].concat();
    // It tells its number when it is out of the command's group: before that it ends with it.
    let script = "setsid sh -c 'echo $$ > daemon; exec sleep 300' & echo $$ > command; wait";
    let running = host.script("job", &lease, script).start();
    let (daemon, command) = (host.wait_for_pid("daemon"), host.wait_for_pid("command"));
    running.signal(Signal::SIGKILL);
    running.finish();
    wait_for_death(command);
    assert!(is_alive(daemon));
    let rerun = [&lease[..], &["--on-lost", "rerun", "--standby"]].concat();
    host.script("job", &rerun, "echo $BELLWETHER_ATTEMPT > again").finish().expect_code(0);
    assert_eq!(host.lines("again"), ["2"]);
    end(daemon);
}

#[test]
fn a_stopped_command_is_ended_by_a_timeout_all_the_same() {
    let host = Host::new();
    let flags = [&ONE_TICK[..], &["--timeout", "2s"]].concat();
    let running = host.script("job", &flags, "echo $$ > command; exec sleep 300").start();
    let command = host.wait_for_pid("command");
    nix::sys::signal::kill(command, Signal::SIGSTOP).unwrap();
    running.finish().expect_code(124);
    assert!(!is_alive(command));
}

#[test]
fn no_lock_and_no_guard_stay_behind() {
    let host = Host::new();
    start_and_kill(&host, EACH_SECOND);
    next_second();
    host.once("job", &with(EACH_SECOND, &[]), &["true"]).finish().expect_code(0);
    let locks = host.sandbox.state().join("bellwether/bellwether.db.runs");
    let left: Vec<_> = std::fs::read_dir(&locks).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
    let running = host.script("other", &ONE_TICK, "echo $$ > pid; exec sleep 300").start();
    let wrapper = running.pid();
    host.wait_for_pid("pid");
    let guards = until("the guard", || {
        let guards = children_of(wrapper, "bellwether-grd");
        (guards.len() == 1).then_some(guards)
    });
    running.signal(Signal::SIGTERM);
    running.finish().expect_code(143);
    guards.into_iter().for_each(wait_for_death);
}

fn children_of(parent: nix::unistd::Pid, name: &str) -> Vec<nix::unistd::Pid> {
    let tasks = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    let pids = tasks.split_whitespace().map(|pid| nix::unistd::Pid::from_raw(pid.parse().unwrap()));
    pids.filter(|pid| std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim() == name))
        .collect()
}
