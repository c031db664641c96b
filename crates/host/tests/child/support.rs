//! Short ways to run commands and to look at processes.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use bellwether_core::time::Mono;
use bellwether_host::child::{Child, CommandSpec, Ended, How, Observer, OutputMode, Tail};
use bellwether_host::clock;

/// How long anything may take before a test fails: much longer than it should.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn command(program: &str, args: &[&str]) -> CommandSpec {
    CommandSpec {
        program: program.into(),
        args: args.iter().map(OsString::from).collect(),
        env: Vec::new(),
        inherit: Vec::new(),
        output: OutputMode::Capture,
        tied: false,
        timeout: None,
        kill_after: Duration::from_millis(300),
    }
}

pub(crate) fn script(text: &str) -> CommandSpec {
    command("sh", &["-c", text])
}

pub(crate) fn exited(status: i32) -> Ended {
    Ended { how: How::Exited(status), timed_out: false }
}

pub(crate) fn signaled(signal: i32) -> Ended {
    Ended { how: How::Signaled(signal), timed_out: false }
}

pub(crate) async fn end_of<O: Observer>(child: &mut Child<O>) -> Ended {
    tokio::time::timeout(PATIENCE, child.ended()).await.expect("the command ends in time")
}

/// Runs a command to its end; gives how it ended, and its output.
pub(crate) async fn run(spec: &CommandSpec) -> (Ended, Vec<u8>) {
    let mut child = Child::spawn(spec, Tail::new(1_000_000)).unwrap();
    // As a task, so that a child that cannot be one does not compile.
    let task = tokio::spawn(async move { (end_of(&mut child).await, child.into_observer()) });
    let (ended, tail) = task.await.unwrap();
    (ended, tail.into_kept().tail)
}

pub(crate) fn in_millis(millis: u64) -> Mono {
    clock::mono() + Duration::from_millis(millis)
}

/// Whether a condition comes true in time.
pub(crate) async fn eventually(condition: impl Fn() -> bool) -> bool {
    let until = clock::mono() + PATIENCE;
    while clock::mono() < until {
        if condition() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

/// Whether a process is there and not a zombie.
pub(crate) fn is_alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// The process ids that a script wrote to a file, once there are `count` of them.
pub(crate) async fn pids_in(path: &Path, count: usize) -> Vec<i32> {
    let read = || -> Vec<i32> {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')?.parse().ok()).collect()
    };
    assert!(eventually(|| read().len() == count).await, "the script writes its process ids");
    read()
}
