//! Which tick it is, and that it is run once.

use jiff::Timestamp;
use jiff::civil::{Weekday, time};

use super::host::{EACH_SECOND, Host, ONE_TICK, next_second};

/// The tick that a command is given under these flags, and the clock before and after.
fn tick_with(flags: &[&str]) -> (Timestamp, Timestamp, Timestamp) {
    let host = Host::new();
    let before = Timestamp::now();
    let done = host.script("job", flags, "echo $BELLWETHER_TICK").finish().expect_code(0);
    (before, done.stdout_text().trim().parse().unwrap(), Timestamp::now())
}

fn cut(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(seconds) * seconds).unwrap()
}

#[test]
fn the_first_runs_a_tick_and_the_next_says_that_it_is_taken() {
    let host = Host::new();
    let run = || host.script("job", &ONE_TICK, "echo run >> runs; echo hello").finish().expect_code(0);
    let first = run();
    assert_eq!((first.stdout_text().as_str(), first.stderr_text().as_str()), ("hello\n", ""));
    let second = run();
    assert_eq!(second.stdout_text(), "");
    let said = second.stderr_text();
    assert!(said.contains("is taken") && said.contains("done with status 0"), "{said}");
    assert_eq!(host.lines("runs"), ["run"]);
}

#[test]
fn a_taken_tick_ends_with_the_skip_status() {
    let host = Host::new();
    let flags = [&ONE_TICK[..], &["--skip-status", "75"]].concat();
    host.once("job", &flags, &["true"]).finish().expect_code(0);
    host.once("job", &flags, &["true"]).finish().expect_code(75);
    host.once("job", &ONE_TICK, &["true"]).finish().expect_code(0);
}

#[test]
fn a_tick_that_is_running_is_left_to_its_runner() {
    let host = Host::new();
    let script = "echo run >> runs; until [ -e release ]; do sleep 0.1; done";
    let runner = host.script("job", &[&ONE_TICK[..], &["--node", "n1"]].concat(), script).start();
    host.wait_for_line("runs");
    let said = host.script("job", &ONE_TICK, script).finish().expect_code(0).stderr_text();
    assert!(said.contains("is taken: node n1 has it, running"), "{said}");
    host.write("release", "");
    runner.finish().expect_code(0);
    assert_eq!(host.lines("runs"), ["run"]);
}

#[test]
fn quiet_is_silent_whether_the_tick_is_run_or_taken() {
    let host = Host::new();
    for _ in 0..2 {
        let done = host.bellwether(["--quiet", "once", "job", "--every", "1000d", "--", "true"]).finish();
        let done = done.expect_code(0);
        assert_eq!((done.stdout_text().as_str(), done.stderr_text().as_str()), ("", ""));
    }
}

#[test]
fn each_job_and_each_tick_has_its_own_run() {
    let host = Host::new();
    for job in ["a", "b"] {
        host.script(job, &ONE_TICK, "echo $BELLWETHER_JOB >> runs").finish().expect_code(0);
    }
    assert_eq!(host.lines("runs"), ["a", "b"]);
    for _ in 0..2 {
        next_second();
        host.script("c", &EACH_SECOND, "echo $BELLWETHER_TICK >> ticks").finish().expect_code(0);
    }
    let ticks = host.lines("ticks");
    assert!(ticks.len() == 2 && ticks[0] < ticks[1], "{ticks:?}");
}

#[test]
fn without_a_schedule_the_tick_is_the_minute() {
    let (before, tick, after) = tick_with(&[]);
    assert!([cut(before, 60), cut(after, 60)].contains(&tick), "{tick} for {before}");
}

#[test]
fn an_interval_counts_from_1970() {
    for (text, seconds) in [("1s", 1), ("7s", 7), ("90s", 90), ("2h", 7_200), ("1d", 86_400)] {
        let (before, tick, after) = tick_with(&["--every", text]);
        assert_eq!(tick.as_second() % seconds, 0, "{text}: {tick}");
        assert!(cut(before, seconds) <= tick && tick <= after, "{text}: {tick} for {before}");
    }
}

#[test]
fn a_schedule_is_read_in_its_time_zone() {
    for (flags, zone) in [
        (&["--schedule", "30 2 * * *", "--timezone", "Asia/Kolkata"][..], "Asia/Kolkata"),
        (&["--schedule", "30 2 * * *", "--timezone", "America/Phoenix"], "America/Phoenix"),
        (&["--schedule", "30 2 * * *"], "UTC"),
    ] {
        let (before, tick, after) = tick_with(flags);
        let local = tick.in_tz(zone).unwrap();
        assert_eq!(local.time(), time(2, 30, 0, 0), "{zone}: {tick}");
        assert!(before.as_second() - tick.as_second() < 86_400 && tick <= after, "{zone}: {tick} for {before}");
    }
}

#[test]
fn names_and_nicknames_of_cron_are_understood() {
    let (before, tick, after) = tick_with(&["--schedule", "@hourly"]);
    assert!([cut(before, 3_600), cut(after, 3_600)].contains(&tick), "{tick}");
    let (before, tick, after) = tick_with(&["--schedule", "0 0 * jan-dec mon"]);
    let local = tick.in_tz("UTC").unwrap();
    assert_eq!((local.weekday(), local.time()), (Weekday::Monday, time(0, 0, 0, 0)), "{tick}");
    assert!(before.as_second() - tick.as_second() < 7 * 86_400 && tick <= after, "{tick}");
    let (before, tick, after) = tick_with(&["--schedule", "*/5 * * * *"]);
    assert!([cut(before, 300), cut(after, 300)].contains(&tick), "{tick}");
}

#[test]
fn a_dry_run_runs_nothing_and_creates_nothing() {
    let host = Host::new();
    let before = Timestamp::now();
    let done = host.script("job", &["--dry-run"], "touch ran").finish().expect_code(0);
    let ticks = [before, Timestamp::now()].map(|at| cut(at, 60).to_string());
    let shown = done.stdout_text();
    let tick = shown.lines().find_map(|line| line.strip_prefix("tick")).unwrap().trim();
    assert!(ticks.contains(&tick.to_owned()), "{tick} is none of {ticks:?}");
    for part in ["job      job\n", "local: healthy, rank 0", "would be created", "touch ran"] {
        assert!(shown.contains(part), "{part} is missing in {shown}");
    }
    assert!(!host.has("ran"));
    assert_eq!(std::fs::read_dir(host.sandbox.state()).unwrap().count(), 0, "something was created");
}

#[test]
fn a_dry_run_shows_who_has_the_tick_and_takes_nothing() {
    let host = Host::new();
    host.once("other", &ONE_TICK, &["true"]).finish().expect_code(0);
    let dry = [&ONE_TICK[..], &["--dry-run"]].concat();
    let shown = |job| host.script(job, &dry, "touch ran").finish().expect_code(0).stdout_text();
    assert!(shown("job").contains("never claimed"));
    host.once("job", &[&ONE_TICK[..], &["--node", "n1"]].concat(), &["true"]).finish().expect_code(0);
    let text = shown("job");
    assert!(text.contains("was claimed last, by node n1"), "{text}");
    assert!(!host.has("ran"));
    assert_eq!(host.history().len(), 2);
}
