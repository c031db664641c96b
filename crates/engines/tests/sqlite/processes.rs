//! Many processes and one file that none of them finds at the start.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use bellwether_core::claim::Record;
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, Swap, Version};
use bellwether_testkit::store::fixtures::{job, record};

use crate::open;

/// Set for the processes that a test starts from its own program: the file to work on.
const FILE: &str = "BELLWETHER_TEST_FILE";

/// Starts a test of this program as a process of its own; it begins when its standard input is closed.
fn start(test: &str, file: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env(FILE, file)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Lets all of them begin at once, and waits for all to end well.
fn race(mut children: Vec<Child>) {
    for child in &mut children {
        drop(child.stdin.take());
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
}

fn wait_for_the_start() {
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

async fn increment(store: &dyn ClaimStore, job: &JobName) -> Option<Version> {
    let (old, version) = match store.read(job).await.unwrap().current {
        Some((old, version)) => (old, Some(version)),
        None => (record("counter", 0), None),
    };
    let new = Record { beat: old.beat + 1, ..old };
    match store.swap(job, version.as_ref(), &new, &[]).await.unwrap() {
        Swap::Swapped(version) => Some(version),
        Swap::Conflict => None,
    }
}

const PROCESSES: usize = 16;
const INCREMENTS: usize = 25;

#[tokio::test]
async fn sixteen_processes_create_one_file_and_lose_no_increment() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let file = dir.path().join(format!("round-{round}.db"));
        race((0..PROCESSES).map(|_| start("processes::child_that_increments", &file)).collect());
        let store = open(&file).await.unwrap();
        let (last, version) = store.read(&job("counter")).await.unwrap().current.unwrap();
        assert_eq!(last.beat, (PROCESSES * INCREMENTS) as u64);
        assert_eq!(version, Version::new(last.beat.to_string()), "one version per increment");
    }
}

#[tokio::test]
#[ignore = "a process of another test"]
async fn child_that_increments() {
    let Some(file) = std::env::var_os(FILE) else { return };
    wait_for_the_start();
    let mut made = 0;
    while made < INCREMENTS {
        // Opened anew each time, as one wrapper after the other does.
        let store = open(Path::new(&file)).await.unwrap();
        made += usize::from(increment(&store, &job("counter")).await.is_some());
    }
}

#[tokio::test]
async fn a_hundred_processes_create_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("new/state/store.db");
    race((0..100).map(|_| start("processes::child_that_claims", &file)).collect());
    let store = open(&file).await.unwrap();
    assert_eq!(store.read(&job("counter")).await.unwrap().current.unwrap().1, Version::new("1"));
}

#[tokio::test]
#[ignore = "a process of another test"]
async fn child_that_claims() {
    let Some(file) = std::env::var_os(FILE) else { return };
    wait_for_the_start();
    let store = open(Path::new(&file)).await.unwrap();
    store.swap(&job("counter"), None, &record("one", 1), &[]).await.unwrap();
}

#[tokio::test]
async fn a_killed_process_leaves_a_file_that_works() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.db");
    for _ in 0..10 {
        let mut child = start("processes::child_that_increments_for_ever", &file);
        drop(child.stdin.take());
        std::thread::sleep(std::time::Duration::from_millis(60));
        child.kill().unwrap();
        child.wait().unwrap();
        let store = open(&file).await.unwrap();
        if let Some((last, version)) = store.read(&job("counter")).await.unwrap().current {
            assert_eq!(version, Version::new(last.beat.to_string()));
        }
        assert!(increment(&store, &job("counter")).await.is_some());
    }
}

#[tokio::test]
#[ignore = "a process of another test"]
async fn child_that_increments_for_ever() {
    let Some(file) = std::env::var_os(FILE) else { return };
    wait_for_the_start();
    loop {
        let store = open(Path::new(&file)).await.unwrap();
        increment(&store, &job("counter")).await;
    }
}
