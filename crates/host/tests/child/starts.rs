//! How commands start, and how they do not.

use std::io::Write;
use std::os::fd::{AsFd, AsRawFd};
use std::path::{Path, PathBuf};
use std::process::Command;

use bellwether_core::claim::Liveness;
use bellwether_core::names::RunId;
use bellwether_host::child::{Child, SpawnError, Tail};
use bellwether_host::lock::{RunLock, probe};

use crate::support::*;

/// Written by another process: were it ours, a command that another test starts at the same time could still hold
/// the descriptor, and the kernel executes no file that is open for writing.
fn file(dir: &Path, name: &str, content: &str, mode: u32) -> PathBuf {
    let path = dir.join(name);
    let write = r#"printf %s "$2" >"$0" && chmod "$1" "$0""#;
    let status = Command::new("sh").args(["-c", write]).arg(&path).args([&format!("{mode:o}"), content]).status();
    assert!(status.unwrap().success());
    path
}

async fn failure(program: &Path) -> SpawnError {
    for tied in [true, false] {
        let mut spec = command(program.to_str().unwrap(), &[]);
        spec.tied = tied;
        let error = Child::spawn(&spec, Tail::new(0)).err().expect("the command does not start");
        assert!(error.to_string().contains(program.to_str().unwrap()), "{error}");
        if !tied {
            return error;
        }
    }
    unreachable!()
}

#[tokio::test]
async fn a_missing_program_or_interpreter_is_not_found() {
    let dir = tempfile::tempdir().unwrap();
    let orphan = file(dir.path(), "orphan", "#!/nonexistent/interpreter\n", 0o755);
    for program in [Path::new("no-such-program-anywhere"), Path::new("/nonexistent/program"), &orphan] {
        let error = failure(program).await;
        assert!(matches!(error, SpawnError::NotFound { .. }), "{error}");
    }
    assert!(failure(&orphan).await.to_string().contains("'/nonexistent/interpreter'"));
    let foreign = file(dir.path(), "foreign", "#!/bin/sh\r\ntrue\r\n", 0o755);
    assert!(failure(&foreign).await.to_string().contains("carriage return"));
}

#[tokio::test]
async fn a_directory_or_a_file_without_permission_is_not_executable() {
    let dir = tempfile::tempdir().unwrap();
    let plain = file(dir.path(), "plain", "#!/bin/sh\n", 0o644);
    for program in [dir.path(), &plain, &plain.join("below")] {
        let error = failure(program).await;
        assert!(matches!(error, SpawnError::NotExecutable { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_script_without_a_first_line_is_run_by_the_shell() {
    let dir = tempfile::tempdir().unwrap();
    let bare = file(dir.path(), "bare", "echo \"ran $1\"\n", 0o755);
    for tied in [false, true] {
        let mut spec = command(bare.to_str().unwrap(), &["it"]);
        spec.tied = tied;
        assert_eq!(run(&spec).await, (exited(0), b"ran it\n".to_vec()), "tied: {tied}");
    }
}

#[tokio::test]
async fn arguments_are_verbatim_and_variables_are_added() {
    let mut spec = command("printf", &["%s|", "a b", "$HOME", "*", "-x"]);
    assert_eq!(run(&spec).await, (exited(0), b"a b|$HOME|*|-x|".to_vec()));
    spec = script("echo $BELLWETHER_JOB; test -n \"$PATH\"");
    spec.env = vec![("BELLWETHER_JOB".to_owned(), "täglich".to_owned())];
    assert_eq!(run(&spec).await, (exited(0), "täglich\n".as_bytes().to_vec()));
}

#[tokio::test]
async fn a_command_leads_a_group_of_its_own() {
    let child = Child::spawn(&script("ps -o pgid= -p $$ || cut -d' ' -f5 /proc/$$/stat"), Tail::new(100)).unwrap();
    let id = child.id();
    let mut child = child;
    assert_eq!(end_of(&mut child).await, exited(0));
    let shown = String::from_utf8(child.into_observer().into_kept().tail).unwrap();
    assert_eq!(shown.trim(), id.to_string());
}

#[tokio::test]
async fn only_the_named_descriptors_are_inherited() {
    let mut kept = tempfile::tempfile().unwrap();
    let other = tempfile::tempfile().unwrap();
    kept.flush().unwrap();
    let inherited = kept.as_fd().try_clone_to_owned().unwrap();
    let (inside, outside) = (inherited.as_raw_fd(), other.as_raw_fd());
    let mut spec = script(&format!("test -e /proc/self/fd/{inside} && test ! -e /proc/self/fd/{outside}"));
    spec.tied = true;
    spec.inherit.push(inherited);
    assert_eq!(run(&spec).await.0, exited(0));
}

#[tokio::test]
async fn a_runs_lock_is_held_by_its_command() {
    let dir = tempfile::tempdir().unwrap();
    let id = RunId::new("r1").unwrap();
    let lock = RunLock::take(dir.path(), &id).unwrap();
    let mut spec = command("sleep", &["1000"]);
    spec.tied = true;
    spec.inherit.push(lock.as_fd().try_clone_to_owned().unwrap());
    let mut child = Child::spawn(&spec, Tail::new(0)).unwrap();
    assert_eq!(probe(dir.path(), &id), Liveness::Alive);
    // Without its wrapper a command may be anything that was left behind.
    drop((lock, spec));
    assert!(eventually(|| probe(dir.path(), &id) == Liveness::Unknown).await);
    child.terminate(in_millis(5_000));
    assert_eq!(end_of(&mut child).await, signaled(15));
    // Other tests fork at the same time, and a fork holds the lock until it executes something.
    assert!(eventually(|| probe(dir.path(), &id) == Liveness::Gone).await);
}

#[tokio::test]
async fn a_command_can_be_given_what_it_reads() {
    let bytes: Vec<u8> = (0..200_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let mut child = Child::spawn_reading(&command("cat", &[]), &bytes, Tail::new(1_000_000)).unwrap();
    assert_eq!(end_of(&mut child).await, exited(0));
    assert!(child.into_observer().into_kept().tail == bytes, "cat gives back what it was given");
}

#[tokio::test]
async fn a_command_need_not_read_what_it_is_given() {
    let mut child = Child::spawn_reading(&command("true", &[]), &[7; 100_000], Tail::new(10)).unwrap();
    assert_eq!(end_of(&mut child).await, exited(0));
}
