//! The same lines at the same times through Python's `TimedRotatingFileHandler`: the same files must come of it.

use std::collections::BTreeMap;
use std::fs::{File, read_dir, read_to_string, write};
use std::path::Path;

use bellwether_host::log_file::{LogFile, Rotation};
use bellwether_testkit::process::Run;
use bellwether_testkit::python::venv;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// How many logs are kept side by side.
const LOGS: usize = 200;
/// Files that were there before, some of them put aside by a log of the same name.
const BEFORE: [&str; 7] = [
    "x.log.2019-01-01",
    "x.log.2019-01-02.gz",
    "x.log.2019-01-03_04",
    "x.log.2019-01-03_04-05",
    "x.log.2019-01-03_04-05-06",
    "x.log.1",
    "y.log.2019-01-01",
];
/// Units whose length is fixed, in seconds. They are compared where clocks are put forward and back.
const FIXED: [(&str, i64); 4] = [("S", 1), ("m", 60), ("H", 3_600), ("d", 86_400)];
/// Units of the calendar. Python 3.11 counts an hour wrongly when clocks change, and takes every interval for 1.
const CALENDAR: [(&str, i64); 5] =
    [("midnight", 86_400), ("MIDNIGHT", 86_400), ("w0", 604_800), ("W3", 604_800), ("W6", 604_800)];
const CHANGING_ZONES: [&str; 5] =
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "Asia/Kolkata"];
const STEADY_ZONES: [&str; 3] = ["UTC", "Asia/Kolkata", "Pacific/Kiritimati"];
/// Just before clocks change in Berlin and in Dublin, in New York, and on Lord Howe; and some day in between.
const BEGINNINGS: [&str; 6] = [
    "2026-03-28T22:10:00Z",
    "2026-10-24T21:50:07Z",
    "2026-03-08T05:30:00Z",
    "2026-11-01T04:59:59Z",
    "2026-10-03T13:00:00Z",
    "2026-07-15T18:29:58Z",
];

/// One log: how it is rotated, and what happens to it when.
#[derive(Debug, Clone)]
struct Log {
    unit: &'static str,
    interval: u32,
    count: usize,
    zone: &'static str,
    /// Seconds since the epoch, and whether the program is started anew then, before it writes.
    steps: Vec<(i64, bool)>,
}

fn logs() -> impl Strategy<Value = Log> {
    let fixed = (prop::sample::select(&FIXED[..]), 1_u32..4, prop::sample::select(&CHANGING_ZONES[..]));
    let calendar = (prop::sample::select(&CALENDAR[..]), Just(1), prop::sample::select(&STEADY_ZONES[..]));
    let pauses = prop::collection::vec((0_i64..1_500, prop::bool::weighted(0.2)), 1..25);
    let begun = prop::sample::select(&BEGINNINGS[..]);
    (prop_oneof![2 => fixed, 1 => calendar], 0_usize..4, begun, pauses).prop_map(
        |(((unit, seconds), interval, zone), count, begun, pauses)| {
            let mut at = begun.parse::<Timestamp>().unwrap().as_second();
            let steps = pauses.into_iter().map(|(thousandths, anew)| {
                at += seconds * thousandths / 1_000;
                (at, anew)
            });
            Log { unit, interval, count, zone, steps: steps.collect() }
        },
    )
}

#[test]
fn the_same_files_come_of_the_same_lines() {
    let mut runner = TestRunner::deterministic();
    let logs: Vec<Log> = (0..LOGS).map(|_| logs().new_tree(&mut runner).unwrap().current()).collect();
    let dir = tempfile::tempdir().unwrap();
    let (ours, theirs) = (dir.path().join("ours"), dir.path().join("theirs"));
    for (side, number) in [&ours, &theirs].into_iter().flat_map(|side| (0..LOGS).map(move |number| (side, number))) {
        let place = side.join(number.to_string());
        std::fs::create_dir_all(&place).unwrap();
        BEFORE.iter().for_each(|name| write(place.join(name), "before").unwrap());
    }
    run_python(&theirs, &logs);
    let mut put_aside = 0;
    for (number, log) in logs.iter().enumerate() {
        let place = ours.join(number.to_string());
        run_ours(&place, log);
        let (ours, theirs) = (files(&place), files(&theirs.join(number.to_string())));
        assert_eq!(ours, theirs, "{log:?}");
        put_aside += ours.keys().filter(|name| name.starts_with("x.log.2026")).count();
    }
    assert!(put_aside > LOGS, "the logs were put aside often enough: {put_aside}");
}

fn run_ours(place: &Path, log: &Log) {
    let path = place.join("x.log");
    let rotation = Rotation::new(log.unit.parse().unwrap(), log.interval, log.count).unwrap();
    let open = |now: Timestamp| {
        let (zone, is_new) = (TimeZone::get(log.zone).unwrap(), !path.exists());
        let file = LogFile::open(&path, Some(rotation), zone, now, |_, text| text.to_owned()).unwrap();
        if is_new {
            set_written(&path, now);
        }
        file
    };
    let mut file = open(Timestamp::from_second(log.steps[0].0).unwrap());
    for (number, &(at, anew)) in log.steps.iter().enumerate() {
        let now = Timestamp::from_second(at).unwrap();
        if anew {
            file = open(now);
        }
        file.write(now, &format!("line {number}"));
        set_written(&path, now);
    }
}

/// What the file system would note if its clock were ours.
fn set_written(path: &Path, at: Timestamp) {
    File::options().append(true).open(path).unwrap().set_modified(at.into()).unwrap();
}

fn run_python(place: &Path, logs: &[Log]) {
    let told: Vec<Value> = logs.iter().map(as_json).collect();
    let script = place.join("keep.py");
    write(&script, include_str!("keep.py")).unwrap();
    let run = Run::new(venv().python()).arg(&script).arg(place).stdin(Value::Array(told).to_string());
    run.finish().expect_code(0);
}

fn as_json(log: &Log) -> Value {
    let Log { unit, interval, count, zone, steps } = log;
    json!({"when": unit, "interval": interval, "count": count, "zone": zone, "steps": steps})
}

/// The files of a directory, and what is in them.
fn files(place: &Path) -> BTreeMap<String, String> {
    let entries = read_dir(place).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), read_to_string(entry.path()).unwrap())).collect()
}
