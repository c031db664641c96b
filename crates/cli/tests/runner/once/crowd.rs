//! Many wrappers at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

use super::host::{Host, ONE_TICK};

/// Starts so many wrappers for one tick as fast as possible; exactly one may run.
fn storm(host: &Host, job: &str, count: usize) {
    let script = "echo $BELLWETHER_RUN_ID >> runs-$BELLWETHER_JOB";
    let wrapper = || host.script(job, &ONE_TICK, script).deadline(Duration::from_secs(180)).start();
    let running: Vec<_> = (0..count).map(|_| wrapper()).collect();
    let said: Vec<_> = running.into_iter().map(|wrapper| wrapper.finish().expect_code(0).stderr_text()).collect();
    let runs = host.lines(&format!("runs-{job}"));
    assert_eq!(runs.len(), 1, "{runs:?}");
    assert_eq!(said.iter().filter(|said| said.contains("is taken")).count(), count - 1, "{said:?}");
    let history = host.history_with(&[job]);
    let told: Vec<_> = history.iter().map(|run| (run["state"].as_str(), run["run_id"].as_str())).collect();
    assert_eq!(told, [(Some("done"), Some(runs[0].as_str()))]);
}

#[test]
fn of_a_hundred_wrappers_that_start_at_once_one_runs() {
    let host = Host::new();
    host.once("other", &ONE_TICK, &["true"]).finish().expect_code(0);
    storm(&host, "job", 100);
}

#[test]
fn of_a_hundred_wrappers_that_find_no_store_one_runs() {
    storm(&Host::new(), "job", 100);
}

const TICKS: i64 = 120;
const WRAPPERS: i64 = 8;
/// Ticks that some wrapper must have seen and ended within, even on a machine that is busy with other things.
const ENOUGH: usize = 110;

/// What became of the wrappers: the ticks they had, and those that at least one of them was early enough for.
#[derive(Default)]
struct Seen {
    /// Ticks of which some wrapper began and ended within the tick's own second.
    covered: BTreeSet<i64>,
    /// What wrappers said that did not run, for the message of a failure.
    said: BTreeMap<i64, Vec<String>>,
}

#[test]
fn each_of_120_ticks_of_a_second_is_run_once_by_eight_wrappers() {
    let host = Host::new();
    let first = Timestamp::now().as_second() + 2;
    let seen = Mutex::new(Seen::default());
    std::thread::scope(|scope| {
        for wrapper in 0..WRAPPERS {
            let (host, seen) = (&host, &seen);
            scope.spawn(move || (0..TICKS).for_each(|tick| compete(host, first + tick, wrapper, seen)));
        }
    });
    let seen = seen.into_inner().unwrap();
    let mut runs: BTreeMap<i64, usize> = BTreeMap::new();
    for line in host.lines("ticks") {
        *runs.entry(line.parse::<Timestamp>().unwrap().as_second()).or_default() += 1;
    }
    let twice: Vec<_> = runs.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "run more than once: {twice:?}");
    let missed: Vec<_> =
        seen.covered.iter().filter(|tick| !runs.contains_key(tick)).map(|tick| (tick, seen.said.get(tick))).collect();
    assert!(missed.is_empty(), "not run at all: {missed:#?}");
    println!("{} of {TICKS} ticks were seen in time, {} were run", seen.covered.len(), runs.len());
    assert!(seen.covered.len() >= ENOUGH, "only {} ticks were seen in time", seen.covered.len());
    let done = host.history().iter().filter(|run| run["state"] == "done").count();
    assert_eq!(done, runs.len(), "history has every run");
}

/// Starts one wrapper around the beginning of a second: some a little before, most a little after.
fn compete(host: &Host, second: i64, wrapper: i64, seen: &Mutex<Seen>) {
    let at = second * 1_000 - 60 + wrapper * 40;
    let wait = at - Timestamp::now().as_millisecond();
    if wait > 0 {
        std::thread::sleep(Duration::from_millis(wait.unsigned_abs()));
    }
    // Two runs may overlap on a busy machine, when a tick is late; that is not what is looked at here.
    let flags = ["--every", "1s", "--overlap", "allow", "--skip-status", "75"];
    let began = Timestamp::now().as_second();
    let done = host.script("job", &flags, "echo $BELLWETHER_TICK >> ticks; echo $BELLWETHER_TICK").finish();
    let ended = Timestamp::now().as_second();
    let text = format!("{}{}", done.stdout_text(), done.stderr_text());
    assert!(matches!(done.code, Some(0 | 75)), "{text}");
    // The program read the clock after it began and before it ended: within one second, its tick is known.
    let mut seen = seen.lock().unwrap();
    if began == ended {
        assert!(text.contains(&Timestamp::from_second(began).unwrap().to_string()), "not the tick of {began}: {text}");
        seen.covered.insert(began);
    }
    if done.code == Some(75) {
        seen.said.entry(began).or_default().push(text);
    }
}
