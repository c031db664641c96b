//! What a run costs: `cargo test -p bellwether-engines --test sqlite timing -- --ignored --nocapture`.

use std::path::Path;
use std::time::{Duration, Instant};

use bellwether_core::store::{ClaimStore, Swap, Version};
use bellwether_testkit::store::fixtures::{entry, job, record};

use crate::open;

async fn swap(store: &dyn ClaimStore, version: Option<Version>, number: u64) -> Option<Version> {
    let entries = [entry(&job("j"), number)];
    let entries = if number.is_multiple_of(3) { &entries[..] } else { &[] };
    match store.swap(&job("j"), version.as_ref(), &record("r", number), entries).await.unwrap() {
        Swap::Swapped(version) => Some(version),
        Swap::Conflict => panic!("nobody else is here"),
    }
}

/// One wrapper's life: open, read, three swaps, close. Gives the times of open, read, swaps and close.
async fn one_run(file: &Path, number: u64) -> [Duration; 5] {
    let start = Instant::now();
    let store = open(file).await.unwrap();
    let opened = start.elapsed();
    let mut version = store.read(&job("j")).await.unwrap().current.map(|(_, version)| version);
    let read = start.elapsed();
    for step in 0..3 {
        version = swap(&store, version, number * 3 + step).await;
    }
    let swapped = start.elapsed();
    drop(store);
    let all = start.elapsed();
    [opened, read - opened, swapped - read, all - swapped, all]
}

#[tokio::test]
#[ignore = "prints measurements"]
async fn prints_what_a_run_costs() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.db");
    let start = Instant::now();
    drop(open(&file).await.unwrap());
    println!("create: {:?}", start.elapsed());
    let mut runs = Vec::new();
    for number in 0..300 {
        runs.push(one_run(&file, number).await);
    }
    for (index, what) in ["open", "read", "three swaps", "close", "all"].into_iter().enumerate() {
        let mut times: Vec<_> = runs.iter().map(|run| run[index]).collect();
        times.sort();
        println!("{what}: median {:?}, 99% {:?}", times[times.len() / 2], times[times.len() * 99 / 100]);
    }
}
