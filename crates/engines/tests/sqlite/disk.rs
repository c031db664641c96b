//! Full disks and read-only ones. These tests mount small file systems, which needs root.

use std::path::Path;

use bellwether_core::claim::{Entry, KeptOutput};
use bellwether_core::store::{ClaimStore, StoreError, Swap, Version};
use bellwether_testkit::disk::SmallDisk;
use bellwether_testkit::store::fixtures::{entry, job, record};

use crate::open;

fn long_entry(number: u64) -> Entry {
    Entry { output: KeptOutput { tail: vec![7; 65_536], total: 65_536 }, ..entry(&job("j"), number) }
}

fn is_about_the_disk(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable { .. } | StoreError::AnswerLost { .. })
        && (error.to_string().contains("full") || error.remedy().contains("full"))
}

/// Swaps until the disk is full; gives the error, and the version and number of the last confirmed swap.
async fn swap_until_full(store: &dyn ClaimStore) -> (StoreError, Option<Version>, u64) {
    let mut version = None;
    for number in 1..1_000 {
        match store.swap(&job("j"), version.as_ref(), &record("r", number), &[long_entry(number)]).await {
            Ok(Swap::Swapped(next)) => version = Some(next),
            Ok(Swap::Conflict) => panic!("nobody else is here"),
            Err(error) => return (error, version, number - 1),
        }
    }
    panic!("the disk does not fill up");
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_confirmed_is_lost() {
    let disk = SmallDisk::mount("2m");
    let store = open(&disk.path("store.db")).await.unwrap();
    disk.fill();
    let (error, version, number) = swap_until_full(&store).await;
    assert!(is_about_the_disk(&error), "{error}");
    let other = open(&disk.path("store.db")).await.unwrap();
    for handle in [&store, &other] {
        let current = handle.read(&job("j")).await.unwrap().current;
        assert_eq!(current, version.clone().map(|version| (record("r", number), version)));
    }
    disk.free();
    for beat in 1..=10 {
        let version = store.read(&job("j")).await.unwrap().current.map(|(_, version)| version);
        let swap = store.swap(&job("j"), version.as_ref(), &record("later", beat), &[long_entry(100 + beat)]).await;
        assert!(matches!(swap, Ok(Swap::Swapped(_))), "{swap:?}");
    }
}

#[tokio::test]
async fn a_store_cannot_be_made_on_a_full_disk_but_later() {
    let disk = SmallDisk::mount("256k");
    disk.fill();
    let error = open(&disk.path("store.db")).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }) && is_about_the_disk(&error), "{error}");
    assert!(!disk.path("store.db").exists() && !disk.path("store.db.new").exists());
    disk.free();
    assert!(open(&disk.path("store.db")).await.is_ok());
}

#[tokio::test]
async fn a_read_only_directory_is_told() {
    let disk = SmallDisk::mount("1m");
    drop(open(&disk.path("old.db")).await.unwrap());
    disk.make_read_only();
    for name in ["old.db", "new.db", "dir/new.db"] {
        let error = swap_in(&disk.path(name)).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{name}: {error}");
        assert!(error.remedy().contains("may write"), "{name}: {error}");
    }
}

async fn swap_in(file: &Path) -> Result<Swap, StoreError> {
    open(file).await?.swap(&job("j"), None, &record("r", 1), &[]).await
}
