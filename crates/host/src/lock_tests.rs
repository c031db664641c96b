use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::*;

fn run(id: &str) -> RunId {
    RunId::new(id).unwrap()
}

/// Other tests fork at the same time, and a fork holds every lock of ours until it executes something.
fn is_soon_gone(dir: &Path, id: &RunId) -> bool {
    is_soon(dir, id, Liveness::Gone)
}

fn is_soon(dir: &Path, id: &RunId, liveness: Liveness) -> bool {
    (0..1_000).any(|_| {
        std::thread::sleep(Duration::from_millis(5));
        probe(dir, id) == liveness
    })
}

#[test]
fn a_file_lock_excludes_and_ends_with_its_holder() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cache");
    let open = || open_private(&path, true).unwrap();
    let held = FileLock::try_take(open()).unwrap().unwrap();
    assert!(held.file().metadata().unwrap().is_file());
    assert!(FileLock::try_take(open()).unwrap().is_none());
    drop(held);
    assert!(FileLock::try_take(open()).unwrap().is_some());
}

#[test]
fn a_run_is_alive_until_it_is_released() {
    let dir = tempfile::tempdir().unwrap();
    let id = run("0a1b-2c");
    assert_eq!(probe(dir.path(), &id), Liveness::Gone);
    let lock = RunLock::take(dir.path(), &id).unwrap();
    assert_eq!(probe(dir.path(), &id), Liveness::Alive);
    let file = dir.path().join("0a1b-2c.lock");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    lock.release().unwrap();
    assert!(!file.exists());
    assert_eq!(probe(dir.path(), &id), Liveness::Gone);
}

#[test]
fn a_stale_file_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    drop(RunLock::take(dir.path(), &run("r1")).unwrap());
    assert!(dir.path().join("r1.lock").exists());
    assert!(is_soon_gone(dir.path(), &run("r1")));
    assert!(!dir.path().join("r1.lock").exists());
}

#[test]
fn a_process_that_inherited_the_lock_holds_it_and_release_ends_it_for_both() {
    let dir = tempfile::tempdir().unwrap();
    let id = run("r1");
    for released in [false, true] {
        let lock = RunLock::take(dir.path(), &id).unwrap();
        let inherited = lock.as_fd().try_clone_to_owned().unwrap();
        let mut holder = Command::new("sleep").arg("60").stdin(inherited).stdout(Stdio::null()).spawn().unwrap();
        if released {
            lock.release().unwrap();
        } else {
            drop(lock);
            // The wrapper is gone; what it started is not: whether the run counts as alive is for its lease to say.
            assert!(is_soon(dir.path(), &id, Liveness::Unknown));
            holder.kill().unwrap();
            holder.wait().unwrap();
        }
        assert!(is_soon_gone(dir.path(), &id));
        holder.kill().unwrap();
        holder.wait().unwrap();
    }
}

#[test]
fn what_cannot_be_told_is_unknown() {
    let dir = tempfile::tempdir().unwrap();
    for id in ["../r1", "a/b", "..", "a.b", "a b"] {
        assert_eq!(probe(dir.path(), &run(id)), Liveness::Unknown, "{id}");
        assert_eq!(RunLock::take(dir.path(), &run(id)).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{id}");
    }
    std::os::unix::fs::symlink("/etc/passwd", dir.path().join("r1.lock")).unwrap();
    assert_eq!(probe(dir.path(), &run("r1")), Liveness::Unknown);
}

#[test]
fn probers_never_cost_a_run_its_lock() {
    let dir = tempfile::tempdir().unwrap();
    let id = run("r1");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..3_000).for_each(|_| _ = probe(dir.path(), &id)));
        }
        for _ in 0..50 {
            let lock = RunLock::take(dir.path(), &id).unwrap();
            assert_eq!(probe(dir.path(), &id), Liveness::Alive);
            lock.release().unwrap();
        }
    });
}
