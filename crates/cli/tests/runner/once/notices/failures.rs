//! `--on-failure`: a command that is told of failed runs.

use std::path::PathBuf;
use std::time::Duration;

use bellwether_testkit::process::Run;
use bellwether_testkit::python::venv;
use nix::sys::signal::Signal;

use super::super::host::{EACH_SECOND, Host, is_alive, next_second, until, wait_for_death};
use super::with;

/// A program that keeps what it is told: its variables and its input.
fn teller(host: &Host) -> PathBuf {
    let script = "#!/bin/sh\nenv | grep ^BELLWETHER_ | sort > variables\ncat > input\necho \"$@\" > arguments\necho told >> times\n";
    let path = host.write("teller", script);
    host.sandbox.run("chmod").args(["+x", "teller"]).finish().expect_code(0);
    path
}

fn failing(host: &Host, flags: &[&str], script: &str) -> Run {
    let command = teller(host).display().to_string();
    let flags = [flags, &["--on-failure", &command]].concat();
    host.script("job", &with(&flags), script)
}

/// The value of a variable that the command was told.
fn told(host: &Host, name: &str) -> String {
    let variables = host.lines("variables");
    let found = variables.iter().find_map(|line| line.strip_prefix(&format!("BELLWETHER_{name}=")));
    found.unwrap_or_else(|| panic!("{name} is missing in {variables:?}")).to_owned()
}

#[test]
fn every_way_to_fail_is_told_with_outcome_status_and_output() {
    for (flags, script, status, outcome) in [
        (&[][..], "echo why; exit 3", 3, "failed"),
        (&[], "echo why; kill -9 $$", 137, "killed"),
        (&["--timeout", "2s"], "echo why; sleep 300", 124, "timed_out"),
        (&["--store", "none"], "echo why; exit 4", 4, "failed"),
        (&["--retries", "1", "--retry-delay", "10ms"], "[ $BELLWETHER_ATTEMPT = 1 ] || echo why; exit 5", 5, "failed"),
    ] {
        let host = Host::new();
        failing(&host, flags, script).finish().expect_code(status);
        assert_eq!((told(&host, "OUTCOME").as_str(), told(&host, "STATUS")), (outcome, status.to_string()), "{script}");
        assert_eq!((host.lines("input"), host.lines("times").len()), (vec!["why".to_owned()], 1), "{script}");
    }
}

#[test]
fn the_variables_of_the_job_are_told_too() {
    let host = Host::new();
    let flags = ["--node", "n1", "--retries", "1", "--retry-delay", "2s"];
    failing(&host, &flags, "exit 3").finish().expect_code(3);
    let run = host.only_run();
    for (name, value) in [("JOB", "job"), ("NODE", "n1"), ("ATTEMPT", "2"), ("FENCE", "1")] {
        assert_eq!(told(&host, name), value);
    }
    assert_eq!(told(&host, "RUN_ID"), run["run_id"].as_str().unwrap());
    assert_eq!(told(&host, "TICK"), run["tick"].as_str().unwrap());
    let duration: u64 = told(&host, "DURATION").parse().unwrap();
    assert!((2..60).contains(&duration), "from the first start to the last end: {duration}");
}

#[test]
fn a_command_that_cannot_be_started_is_told() {
    let host = Host::new();
    let command = teller(&host).display().to_string();
    host.once("job", &with(&["--on-failure", &command]), &["/no/such/program"]).finish().expect_code(127);
    assert_eq!((told(&host, "OUTCOME"), told(&host, "STATUS")), ("not_started".to_owned(), "127".to_owned()));
}

#[test]
fn an_interrupted_run_is_told() {
    let host = Host::new();
    let running = failing(&host, &[], "echo $$ > pid; exec sleep 300").start();
    host.wait_for_pid("pid");
    running.signal(Signal::SIGTERM);
    running.finish().expect_code(143);
    assert_eq!(told(&host, "OUTCOME"), "interrupted");
}

#[test]
fn a_replaced_run_is_told() {
    let host = Host::new();
    let command = teller(&host).display().to_string();
    let flags = [&EACH_SECOND[..], &["--overlap", "replace", "--lease", "6s"]].concat();
    let old = host
        .script("job", &[&flags[..], &["--on-failure", &command]].concat(), "echo $$ > pid; exec sleep 300")
        .start();
    host.wait_for_pid("pid");
    next_second();
    host.once("job", &flags, &["true"]).finish().expect_code(0);
    assert_ne!(old.finish().code, Some(0));
    assert_eq!(told(&host, "OUTCOME"), "replaced");
}

#[test]
fn a_run_that_could_not_keep_its_lease_is_told() {
    let host = Host::new();
    let running = failing(&host, &["--lease", "3s"], "echo $$ > pid; exec sleep 300").start();
    let pid = host.wait_for_pid("pid");
    running.signal(Signal::SIGSTOP);
    wait_for_death(pid);
    running.signal(Signal::SIGCONT);
    assert_ne!(running.finish().code, Some(0));
    assert_eq!(told(&host, "OUTCOME"), "overdue");
}

#[test]
fn a_run_whose_claim_is_taken_is_told() {
    let host = Host::new();
    let running = failing(&host, &["--lease", "3s"], "echo $$ > pid; exec sleep 300").start();
    host.wait_for_pid("pid");
    let forget = "import sqlite3, sys; store = sqlite3.connect(sys.argv[1], timeout=60); store.execute('DELETE FROM records'); store.commit()";
    host.sandbox.run(venv().python()).args(["-c", forget]).arg(host.store()).finish().expect_code(0);
    assert_ne!(running.finish().code, Some(0));
    assert_eq!(told(&host, "OUTCOME"), "claim_lost");
}

#[test]
fn success_and_ticks_of_others_are_not_told() {
    let host = Host::new();
    failing(&host, &[], "true").finish().expect_code(0);
    failing(&host, &[], "false").finish().expect_code(0);
    assert!(!host.has("times"));
}

#[test]
fn it_is_split_into_words_like_a_shell_does_and_no_shell_sees_it() {
    let host = Host::new();
    let command = format!("{} 'two words' \"$HOME\" a\\ b ';' >x", teller(&host).display());
    host.once("job", &with(&["--on-failure", &command]), &["false"]).finish().expect_code(1);
    assert_eq!(host.lines("arguments"), ["two words $HOME a b ; >x"]);
    assert!(!host.has("x"));
}

#[test]
fn a_mistake_in_its_quotes_is_told_before_anything_runs() {
    let host = Host::new();
    for (command, why) in
        [("mail 'root", "a quote is not closed"), ("", "names no program"), ("''", "names no program")]
    {
        let done = host.once("job", &with(&["--on-failure", command]), &["touch", "ran"]).finish().expect_code(64);
        assert!(done.stderr_text().contains(why), "{}", done.stderr_text());
        assert!(!host.has("ran"));
    }
}

#[test]
fn what_it_writes_goes_to_stderr_and_its_failure_is_a_warning() {
    let host = Host::new();
    let flags = ["--on-failure", "/bin/sh -c 'echo its output; echo its errors >&2; exit 9'"];
    let done = host.script("job", &with(&flags), "echo ours; exit 3").finish().expect_code(3);
    assert_eq!(done.stdout_text(), "ours\n");
    let said = done.stderr_text();
    for part in ["its output\n", "its errors\n", "warning: the command on failure failed with status 9"] {
        assert!(said.contains(part), "'{part}' is missing in {said}");
    }
    let host = Host::new();
    let done = host.once("job", &with(&["--on-failure", "/no/such/program"]), &["false"]).finish().expect_code(1);
    assert!(done.stderr_text().contains("warning: the command on failure was not started"), "{}", done.stderr_text());
}

#[test]
fn the_record_of_the_run_does_not_wait_for_it() {
    let host = Host::new();
    let flags = ["--on-failure", "/bin/sh -c 'until [ -e go ]; do sleep 0.05; done; touch over'"];
    let running = host.script("job", &with(&flags), "exit 3").start();
    let run = until("the end in history", || host.history().pop());
    assert_eq!((&run["state"], &run["status"]), (&"done".into(), &3.into()));
    assert!(!host.has("over"));
    host.write("go", "");
    running.finish().expect_code(3);
    assert!(host.has("over"), "the wrapper waits for it");
}

#[test]
fn a_signal_while_it_runs_ends_it_with_all_it_started() {
    let host = Host::new();
    let flags = ["--on-failure", "/bin/sh -c 'sleep 300 & echo $! > grandchild; echo $$ > told; wait'"];
    let running = host.script("job", &with(&flags), "exit 3").start();
    let family = [host.wait_for_pid("told"), host.wait_for_pid("grandchild")];
    running.signal(Signal::SIGTERM);
    let done = running.finish().expect_code(3);
    assert!(done.wall < Duration::from_secs(50), "{:?}", done.wall);
    for pid in family {
        until("the end of the command on failure", || (!is_alive(pid)).then_some(()));
    }
}

#[test]
fn a_bellwether_within_it_works() {
    let host = Host::new();
    let bellwether = crate::support::bellwether().display();
    let command = format!("{bellwether} once told --every 1000d -- touch told");
    let done = host.once("job", &with(&["--on-failure", &command]), &["false"]).finish().expect_code(1);
    assert_eq!(done.stderr_text(), "");
    assert!(host.has("told"));
}
