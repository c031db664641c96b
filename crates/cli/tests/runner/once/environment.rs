//! What the command is given: variables, arguments, input, directory.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use jiff::Timestamp;

use super::host::{EACH_SECOND, Host, ONE_TICK, next_second};
use crate::support::bellwether;

/// The BELLWETHER_ variables that `env` printed, in order of their names.
fn variables(printed: &str) -> Vec<(String, String)> {
    let mut variables: Vec<_> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("BELLWETHER_")?.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    variables.sort();
    variables
}

#[test]
fn the_command_is_told_job_tick_run_attempt_fence_and_node() {
    let host = Host::new();
    let flags = [&ONE_TICK[..], &["--node", "n1"]].concat();
    let given = variables(&host.once("my job", &flags, &["env"]).finish().expect_code(0).stdout_text());
    let run = host.only_run();
    let text = |key: &str| run[key].as_str().unwrap().to_owned();
    let expected = [
        ("ATTEMPT", "1".to_owned()),
        ("FENCE", "1".to_owned()),
        ("JOB", "my job".to_owned()),
        ("NODE", "n1".to_owned()),
        ("RUN_ID", text("run_id")),
        ("TICK", text("tick")),
    ];
    assert_eq!(given, expected.map(|(name, value)| (name.to_owned(), value)));
    let tick = text("tick");
    assert!(tick.ends_with('Z') && tick.parse::<Timestamp>().is_ok(), "{tick} is not RFC 3339 in UTC");
}

#[test]
fn the_fence_grows_from_run_to_run_and_each_run_has_its_own_id() {
    let host = Host::new();
    for _ in 0..3 {
        next_second();
        host.script("job", &EACH_SECOND, "echo $BELLWETHER_FENCE >> fences; echo $BELLWETHER_RUN_ID >> ids")
            .finish()
            .expect_code(0);
    }
    let fences: Vec<u64> = host.lines("fences").iter().map(|fence| fence.parse().unwrap()).collect();
    assert!(fences.len() == 3 && fences.is_sorted_by(|a, b| a < b), "{fences:?}");
    let kept: Vec<u64> = host.history().iter().rev().map(|run| run["fence"].as_u64().unwrap()).collect();
    assert_eq!(kept, fences);
    let mut ids = host.lines("ids");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[test]
fn a_bellwether_within_a_command_works_and_is_the_same_node() {
    let host = Host::new();
    let script = format!(
        "{0} history outer --json && {0} once inner --every 1000d -- sh -c 'echo $BELLWETHER_JOB on $BELLWETHER_NODE'",
        bellwether().display()
    );
    let flags = [&ONE_TICK[..], &["--node", "n1"]].concat();
    let done = host.script("outer", &flags, &script).finish().expect_code(0);
    assert_eq!((done.stdout_text().as_str(), done.stderr_text().as_str()), ("[]\ninner on n1\n", ""));
    let jobs: Vec<_> = host.history().iter().map(|run| run["job"].as_str().unwrap().to_owned()).collect();
    assert_eq!(jobs, ["outer", "inner"], "newest first");
}

#[test]
fn arguments_reach_the_command_as_they_are() {
    let host = Host::new();
    let done = host
        .once("job", &ONE_TICK, &["printf", "%s|", "a  b", "", "--help", "--", "$HOME", "*", "'\""])
        .arg(OsStr::from_bytes(b"\xff\xfe"))
        .finish()
        .expect_code(0);
    assert_eq!(done.stdout, b"a  b||--help|--|$HOME|*|'\"|\xff\xfe|");
}

#[test]
fn input_directory_and_environment_are_those_of_the_wrapper() {
    let host = Host::new();
    let script = "cat; pwd; echo $COLOUR";
    let run = host.script("job", &ONE_TICK, script).stdin("input\n").env("COLOUR", "blue").directory("/usr");
    assert_eq!(run.finish().expect_code(0).stdout_text(), "input\n/usr\nblue\n");
}
