use std::fs::read_to_string;
use std::os::unix::fs::PermissionsExt;

use super::*;

const NOON: &str = "2030-01-31T12:00:00Z";

fn noon() -> Timestamp {
    NOON.parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    noon() + jiff::SignedDuration::from_secs(seconds)
}

fn note(now: Timestamp, text: &str) -> String {
    format!("{now} {text}")
}

fn open(path: &Path, rotation: Option<Rotation>) -> LogFile {
    LogFile::open(path, rotation, TimeZone::UTC, noon(), note).unwrap()
}

fn every_minute(count: usize) -> Option<Rotation> {
    Some(Rotation::new(Unit::Minutes, 1, count).unwrap())
}

/// A directory for a log.
fn place() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.log");
    (dir, path)
}

#[test]
fn lines_are_appended_and_old_ones_put_aside() {
    let (dir, path) = place();
    let mut log = open(&path, every_minute(1));
    log.write(later(0), "one");
    log.write(later(59), "two");
    log.write(later(60), "three");
    assert_eq!(read_to_string(dir.path().join("x.log.2030-01-31_12-00")).unwrap(), "one\ntwo\n");
    log.write(later(120), "four");
    assert_eq!(read_to_string(dir.path().join("x.log.2030-01-31_12-01")).unwrap(), "three\n");
    assert_eq!(read_to_string(&path).unwrap(), "four\n");
    assert!(!dir.path().join("x.log.2030-01-31_12-00").exists(), "one is kept");
    open(&path, None).write(later(10_000), "five");
    assert_eq!(read_to_string(&path).unwrap(), "four\nfive\n");
}

#[test]
fn a_file_that_is_moved_away_or_removed_is_begun_anew() {
    let (dir, path) = place();
    let mut log = open(&path, None);
    log.write(noon(), "one");
    let moved = dir.path().join("x.log.1");
    fs::rename(&path, &moved).unwrap();
    log.write(noon(), "two");
    assert_eq!((read_to_string(&moved).unwrap().as_str(), read_to_string(&path).unwrap().as_str()), ("one\n", "two\n"));
    fs::remove_file(&path).unwrap();
    log.write(noon(), "three");
    assert_eq!(read_to_string(&path).unwrap(), "three\n");
    // Truncated in place, as logrotate's copytruncate does.
    fs::File::create(&path).unwrap();
    log.write(noon(), "four");
    assert_eq!(read_to_string(&path).unwrap(), "four\n");
}

#[test]
fn lines_that_could_not_be_written_are_counted() {
    let (dir, path) = place();
    let mut log = open(&path, None);
    log.write(noon(), "one");
    let elsewhere = dir.path().with_extension("elsewhere");
    fs::rename(dir.path(), &elsewhere).unwrap();
    log.write(noon(), "two");
    log.write(noon(), "three");
    fs::rename(&elsewhere, dir.path()).unwrap();
    log.write(noon(), "four");
    let expected = format!(
        "one\n{NOON} 2 lines are missing here: they could not be written (No such file or directory (os error 2))\nfour\n"
    );
    assert_eq!(read_to_string(&path).unwrap(), expected);
}

#[test]
fn a_log_that_cannot_be_put_aside_goes_on_and_says_so() {
    let (dir, path) = place();
    let mut log = open(&path, every_minute(0));
    log.write(noon(), "one");
    fs::create_dir(dir.path().join("x.log.2030-01-31_12-00")).unwrap();
    log.write(later(60), "two");
    log.write(later(61), "three");
    let text = read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(matches!(lines[..], ["one", trouble, "two", "three"] if trouble.contains(" cannot put ")), "{text}");
    log.write(later(120), "four");
    assert_eq!(read_to_string(&path).unwrap(), "four\n", "the next time it is tried again");
}

#[test]
fn a_log_that_is_no_regular_file_is_not_put_aside() {
    let (dir, path) = place();
    std::os::unix::fs::symlink("/dev/null", &path).unwrap();
    let mut log = open(&path, every_minute(1));
    log.write(later(1_000_000_000), "one");
    log.write(later(2_000_000_000), "two");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    assert!(log.lost.is_none());
}

#[test]
fn a_pipe_that_nobody_reads_holds_nobody_up() {
    let (_dir, path) = place();
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
    let opened = LogFile::open(&path, None, TimeZone::UTC, noon(), note);
    assert!(opened.unwrap_err().to_string().contains("x.log"));
    let reader = fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let mut log = open(&path, None);
    let full = (0..10_000).find_map(|_| log.try_write(noon(), "a line that nobody reads").err());
    assert_eq!(full.unwrap().kind(), io::ErrorKind::WouldBlock);
    assert!(log.lost.is_some());
    drop(reader);
}

#[test]
fn a_long_line_is_cut() {
    let (_dir, path) = place();
    open(&path, None).write(noon(), &"é".repeat(100_000));
    assert_eq!(fs::metadata(&path).unwrap().len(), 64 * 1_024 + 1);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o100, 0);
}

#[test]
fn a_log_without_a_directory_is_an_error_at_the_start() {
    let (dir, _) = place();
    let path = dir.path().join("none/x.log");
    let error = LogFile::open(&path, None, TimeZone::UTC, noon(), note).unwrap_err().to_string();
    assert!(error.contains("none/x.log") && error.contains("make its directory"), "{error}");
}

#[test]
fn who_must_know_is_told_that_a_line_was_not_written_and_it_is_counted_all_the_same() {
    let (dir, path) = place();
    let mut log = open(&path, None);
    let elsewhere = dir.path().with_extension("elsewhere");
    fs::rename(dir.path(), &elsewhere).unwrap();
    assert_eq!(log.try_write(noon(), "one").unwrap_err().kind(), io::ErrorKind::NotFound);
    fs::rename(&elsewhere, dir.path()).unwrap();
    log.try_write(noon(), "two").unwrap();
    let text = read_to_string(&path).unwrap();
    assert!(text.contains(" 1 lines are missing here") && text.ends_with("\ntwo\n"), "{text}");
}

#[test]
fn what_was_written_is_put_on_the_disk_where_there_is_one() {
    let (_dir, path) = place();
    let mut log = open(&path, None);
    log.try_write(noon(), "one").unwrap();
    log.unsynced().unwrap().sync().unwrap();
    log.unsynced().unwrap().sync().unwrap();
    let mut device = open(Path::new("/dev/null"), None);
    device.try_write(noon(), "one").unwrap();
    device.unsynced().unwrap().sync().unwrap();
}
