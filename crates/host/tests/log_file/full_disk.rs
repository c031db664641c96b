//! A disk that fills up and is freed again.

use bellwether_host::log_file::{LogFile, Rotation, Unit};
use bellwether_testkit::disk::SmallDisk;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

fn noon_and(seconds: i64) -> Timestamp {
    "2030-01-31T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn line(number: usize) -> String {
    format!("{number} {}", "x".repeat(700))
}

#[test]
fn a_full_disk_costs_lines_and_nothing_else() {
    let disk = SmallDisk::mount("1m");
    let path = disk.path("x.log");
    let rotation = Rotation::new(Unit::Hours, 1, 2).unwrap();
    let note = |_: Timestamp, text: &str| format!("note: {text}");
    let mut log = LogFile::open(&path, Some(rotation), TimeZone::UTC, noon_and(0), note).unwrap();
    log.write(noon_and(0), &line(0));
    disk.fill();
    for number in 1..50 {
        log.write(noon_and(1), &line(number));
    }
    disk.free();
    log.write(noon_and(2), "room again");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let whole = lines.iter().filter(|found| (0..50).any(|number| **found == line(number))).count();
    let torn = lines.iter().filter(|found| (0..50).any(|number| line(number).starts_with(**found))).count() - whole;
    let expected = format!(
        "note: {} lines are missing here: they could not be written (No space left on device (os error 28))",
        50 - whole
    );
    assert!((1..50).contains(&whole) && torn <= 1, "{whole} whole and {torn} torn lines");
    assert_eq!(lines[whole + torn..], [expected.as_str(), "room again"]);
}

#[test]
fn a_log_is_put_aside_on_a_full_disk_too() {
    let disk = SmallDisk::mount("1m");
    let path = disk.path("x.log");
    let rotation = Rotation::new(Unit::Hours, 1, 2).unwrap();
    let note = |_: Timestamp, text: &str| format!("note: {text}");
    let mut log = LogFile::open(&path, Some(rotation), TimeZone::UTC, noon_and(0), note).unwrap();
    log.write(noon_and(0), "one");
    disk.fill();
    log.write(noon_and(4_000), "two");
    assert_eq!(std::fs::read_to_string(disk.path("x.log.2030-01-31_12")).unwrap(), "one\n");
    disk.free();
    log.write(noon_and(4_001), "three");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("note: 1 lines are missing here") && text.ends_with("\nthree\n"), "{text}");
}
