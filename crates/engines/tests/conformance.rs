//! The stores of this crate do what every claim store must do.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::path::PathBuf;

use bellwether_core::names::JobName;
use bellwether_core::store::ClaimStore;
use bellwether_engines::sqlite::{SqliteOptions, SqliteStore};
use bellwether_testkit::store::conformance;
use rusqlite::Connection;
use tempfile::TempDir;

fn file(dir: &TempDir, name: &str) -> PathBuf {
    dir.path().join(format!("{name}.db"))
}

#[tokio::test]
async fn sqlite_conforms() {
    let dir = tempfile::tempdir().unwrap();
    let open = async |name: &str| {
        let store = SqliteStore::open(&file(&dir, name), SqliteOptions::default()).await;
        Box::new(store.unwrap()) as Box<dyn ClaimStore>
    };
    conformance::run_all(&open).await;
    let plant = async |name: &str, job: &JobName, text: &str| {
        let connection = Connection::open(file(&dir, name)).unwrap();
        connection
            .execute("INSERT INTO records (job, version, record) VALUES (?1, 1, ?2)", [job.as_str(), text])
            .unwrap();
    };
    conformance::run_format(&open, &plant).await;
}
