use std::os::unix::fs::{MetadataExt, symlink};

use tempfile::TempDir;

use super::*;

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, PartialEq)]
enum No {
    Text,
    Never,
}

impl From<NotText> for No {
    fn from(_: NotText) -> Self {
        Self::Text
    }
}

fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn append(path: &Path, more: &str) -> Result<(), PublishError<No>> {
    change(path, PATIENCE, |old| Ok(format!("{old}{more}")))
}

#[test]
fn a_file_is_put_in_the_place_of_what_is_there_and_nothing_is_left_beside_it() {
    let dir = directory();
    let path = dir.path().join("x.service");
    for text in ["one\n", "a longer one\n", "two\n"] {
        put(&path, text).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o644);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    let link = dir.path().join("link");
    symlink("/dev/null", &link).unwrap();
    assert!(matches!(put(&link, "x"), Err(PublishError::NotRegular { .. })));
    assert!(link.is_symlink());
}

#[test]
fn a_file_is_made_and_changed_and_others_may_read_it() {
    let dir = directory();
    let path = dir.path().join("jobs.prom");
    append(&path, "one\n").unwrap();
    append(&path, "two\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o644);
    let mut names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [".jobs.prom.lock", "jobs.prom"]);
}

#[test]
fn no_change_is_lost_and_no_reader_sees_a_part() {
    let dir = directory();
    let path = dir.path().join("lines");
    let line = "0123456789".repeat(100) + "\n";
    let (writers, each) = (4, 25);
    std::thread::scope(|scope| {
        let running: Vec<_> =
            (0..writers).map(|_| scope.spawn(|| (0..each).for_each(|_| append(&path, &line).unwrap()))).collect();
        while running.iter().any(|writer| !writer.is_finished()) {
            let seen = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(seen.len() % line.len(), 0, "a reader saw a part");
        }
    });
    assert_eq!(fs::read_to_string(&path).unwrap(), line.repeat(writers * each));
}

#[test]
fn what_is_refused_stays_as_it_was() {
    let dir = directory();
    let path = dir.path().join("foreign");
    fs::write(&path, "mine").unwrap();
    let refused = change(&path, PATIENCE, |_| Err(No::Never)).unwrap_err();
    assert!(matches!(&refused, PublishError::Refused { why: No::Never, .. }), "{refused:?}");
    fs::write(&path, b"\xff").unwrap();
    let refused = append(&path, "x").unwrap_err();
    assert!(matches!(&refused, PublishError::Refused { why: No::Text, .. }), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), b"\xff");
}

#[test]
fn links_directories_and_devices_are_not_replaced() {
    let dir = directory();
    let (link, target) = (dir.path().join("link"), dir.path().join("target"));
    fs::write(&target, "").unwrap();
    symlink(&target, &link).unwrap();
    fs::create_dir(dir.path().join("dir")).unwrap();
    nix::unistd::mkfifo(&dir.path().join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    for name in ["link", "dir", "pipe"] {
        let refused = append(&dir.path().join(name), "x").unwrap_err();
        assert!(matches!(refused, PublishError::NotRegular { .. }), "{name}: {refused:?}");
    }
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&target).unwrap(), "");
}

#[test]
fn a_missing_directory_and_a_held_lock_are_errors_in_good_time() {
    let dir = directory();
    let missing = append(&dir.path().join("no/where"), "x").unwrap_err();
    assert!(matches!(&missing, PublishError::File(error) if error.kind() == io::ErrorKind::NotFound), "{missing:?}");
    let path = dir.path().join("held");
    let held = FileLock::try_take(open_private(&beside(&path, "lock"), true).unwrap()).unwrap().unwrap();
    let refused = change(&path, Duration::from_millis(50), |old| Ok::<_, No>(old.to_owned())).unwrap_err();
    assert!(matches!(refused, PublishError::Locked { .. }), "{refused:?}");
    assert!(!path.exists());
    drop(held);
    append(&path, "x").unwrap();
}

#[test]
fn what_a_crash_left_behind_is_not_in_the_way() {
    let dir = directory();
    let path = dir.path().join("jobs.prom");
    fs::write(beside(&path, "new"), "half a fi").unwrap();
    append(&path, "all\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "all\n");
    assert!(!beside(&path, "new").exists());
}
