//! Wrappers that are killed, stopped, not read, or not listened to.

use std::io::Read;
use std::path::Path;
use std::process::Child as Process;
use std::time::Duration;

use bellwether_host::child::{Child, CommandSpec, Tail};
use bellwether_host::signals::Signal;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::support::*;
use crate::wrapper::Task;

fn signal(process: &Process, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(process.id()).unwrap()), signal).unwrap();
}

/// A leader and a grandchild, both deaf to TERM, that write their ids to a file.
fn deaf_family(pids: &Path) -> String {
    let pids = pids.display();
    format!("trap '' TERM; (exec sleep 1000) & echo $! > {pids}; echo $$ >> {pids}; while :; do wait; sleep 0.1; done")
}

/// The guards among a process's children.
fn guards_of(parent: u32) -> Vec<i32> {
    let processes =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    let is_guard = |pid: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let parents = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
        stat.contains("(bellwether-grd)") && parents == Some(parent)
    };
    processes.filter_map(|name| name.parse().ok()).filter(is_guard).collect()
}

async fn all_dead(pids: &[i32]) -> bool {
    eventually(|| pids.iter().all(|&pid| !is_alive(pid))).await
}

#[tokio::test]
async fn a_killed_wrapper_takes_its_whole_group_along() {
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let mut wrapper = Task { script: &deaf_family(&pids), tied: true, ..Task::default() }.start();
    let mut family = pids_in(&pids, 2).await;
    let guards = guards_of(wrapper.id());
    assert_eq!(guards.len(), 1);
    family.extend(guards);
    assert!(family.iter().all(|&pid| is_alive(pid)));
    signal(&wrapper, Signal::SIGKILL);
    assert!(all_dead(&family).await);
    wrapper.wait().unwrap();
}

#[tokio::test]
async fn an_untied_command_survives_its_wrapper() {
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let mut wrapper = Task { script: &deaf_family(&pids), ..Task::default() }.start();
    let family = pids_in(&pids, 2).await;
    assert!(guards_of(wrapper.id()).is_empty());
    signal(&wrapper, Signal::SIGKILL);
    wrapper.wait().unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(family.iter().all(|&pid| is_alive(pid)));
    kill(Pid::from_raw(-family[1]), Signal::SIGKILL).unwrap();
}

#[tokio::test]
async fn a_stopped_wrapper_does_not_keep_its_group_past_the_lease() {
    let dir = tempfile::tempdir().unwrap();
    let (pids, result) = (dir.path().join("pids"), dir.path().join("result"));
    let task = Task {
        script: &deaf_family(&pids),
        tied: true,
        lease: Some((1_500, 2_000)),
        result: Some(&result),
        ..Task::default()
    };
    let mut wrapper = task.start();
    let family = pids_in(&pids, 2).await;
    signal(&wrapper, Signal::SIGSTOP);
    assert!(all_dead(&family).await);
    assert!(!result.exists());
    signal(&wrapper, Signal::SIGCONT);
    assert!(eventually(|| result.exists()).await);
    wrapper.wait().unwrap();
    assert_eq!(std::fs::read_to_string(&result).unwrap(), format!("{:?}\n", signaled(9)));
}

#[tokio::test]
async fn a_lease_given_at_the_start_is_kept_although_nobody_drives_the_command() {
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let spec = CommandSpec { tied: true, ..script(&deaf_family(&pids)) };
    let mut child = Child::spawn_until(&spec, in_millis(1_000), in_millis(1_500), Tail::new(0)).unwrap();
    let family = pids_in(&pids, 2).await;
    assert!(all_dead(&family).await);
    assert_eq!(end_of(&mut child).await, signaled(9));
}

#[tokio::test]
async fn a_wrapper_stopped_between_term_and_kill_still_leaves_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let (pids, result) = (dir.path().join("pids"), dir.path().join("result"));
    // The leader obeys TERM, its child does not.
    let script = format!("(trap '' TERM; exec sleep 1000) & echo $! > {0}; echo $$ >> {0}; wait", pids.display());
    let task =
        Task { script: &script, tied: true, lease: Some((1_000, 4_000)), result: Some(&result), ..Task::default() };
    let mut wrapper = task.start();
    let family = pids_in(&pids, 2).await;
    signal(&wrapper, Signal::SIGSTOP);
    assert!(all_dead(&family[1..]).await, "the guard sends TERM");
    assert!(is_alive(family[0]));
    signal(&wrapper, Signal::SIGCONT);
    assert!(eventually(|| result.exists()).await);
    assert!(!is_alive(family[0]), "the end is only told when the group is gone");
    wrapper.wait().unwrap();
}

#[tokio::test]
async fn a_stop_alone_harms_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let pids = dir.path().join("pids");
    let mut wrapper = Task { script: &deaf_family(&pids), tied: true, ..Task::default() }.start();
    let family = pids_in(&pids, 2).await;
    signal(&wrapper, Signal::SIGSTOP);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(family.iter().all(|&pid| is_alive(pid)));
    signal(&wrapper, Signal::SIGKILL);
    assert!(all_dead(&family).await);
    wrapper.wait().unwrap();
}

#[tokio::test]
async fn output_passes_through_byte_for_byte() {
    let script = r"printf '<<<a\377\0b\n\n'; printf '[[[c\376]]]' >&2; head -c 300000 /dev/zero; printf '>>>'";
    for tied in [false, true] {
        let output = Task { script, tied, ..Task::default() }.start().wait_with_output().unwrap();
        let expected = [b"<<<a\xff\0b\n\n", &vec![0; 300_000][..], b">>>"].concat();
        assert!(output.stdout.windows(expected.len()).any(|window| window == expected));
        assert!(output.stderr.windows(8).any(|window| window == b"[[[c\xfe]]]"));
    }
}

#[tokio::test]
async fn a_command_whose_reader_is_gone_ends_by_sigpipe() {
    let dir = tempfile::tempdir().unwrap();
    let result = dir.path().join("result");
    let mut wrapper = Task { script: "exec yes", result: Some(&result), ..Task::default() }.start();
    let mut reader = wrapper.stdout.take().unwrap();
    reader.read_exact(&mut [0; 200]).unwrap();
    drop(reader);
    assert!(eventually(|| result.exists()).await);
    assert_eq!(std::fs::read_to_string(&result).unwrap(), format!("{:?}\n", signaled(13)));
    wrapper.kill().unwrap();
    wrapper.wait().unwrap();
}

#[tokio::test]
async fn a_reader_that_does_not_read_stops_no_timeout() {
    let dir = tempfile::tempdir().unwrap();
    let result = dir.path().join("result");
    let task = Task { script: "exec yes", tied: true, timeout: Some(500), result: Some(&result), ..Task::default() };
    let mut wrapper = task.start();
    assert!(eventually(|| result.exists()).await, "nobody reads, and the command ends all the same");
    assert!(std::fs::read_to_string(&result).unwrap().contains("timed_out: true"));
    wrapper.kill().unwrap();
    wrapper.wait().unwrap();
}
