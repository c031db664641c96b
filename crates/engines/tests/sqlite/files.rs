//! Who may read the files, and what an empty, older, copied or damaged file becomes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use bellwether_core::store::{ClaimStore, HistoryQuery, StoreError, Swap};
use bellwether_engines::sqlite::{SqliteOptions, SqliteStore, default_path};
use bellwether_testkit::store::fixtures::{entry, job, record};
use rusqlite::Connection;

use crate::open;

async fn write_something(store: &SqliteStore) {
    let version = store.read(&job("j")).await.unwrap().current.map(|(_, version)| version);
    let swap = store.swap(&job("j"), version.as_ref(), &record("r", 1), &[entry(&job("j"), 1)]).await;
    assert!(matches!(swap, Ok(Swap::Swapped(_))), "{swap:?}");
}

#[tokio::test]
async fn only_the_owner_may_read_them_while_open_and_after() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&default_path(&dir.path().join("state"))).await.unwrap();
    write_something(&store).await;
    let modes = || {
        let files = fs::read_dir(dir.path().join("state")).unwrap().map(|entry| entry.unwrap());
        files.map(|file| (file.file_name(), file.metadata().unwrap().permissions().mode() & 0o777)).collect::<Vec<_>>()
    };
    let open_modes = modes();
    assert!(open_modes.len() >= 3, "{open_modes:?}");
    drop(store);
    for (file, mode) in open_modes.into_iter().chain(modes()) {
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn an_empty_file_becomes_a_store() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("empty");
    fs::write(&file, "").unwrap();
    write_something(&open(&file).await.unwrap()).await;
    write_something(&open(&file).await.unwrap()).await;
}

#[tokio::test]
async fn a_log_of_an_earlier_file_is_not_taken_for_the_new_ones() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.db");
    write_something(&open(&file).await.unwrap()).await;
    assert!(fs::metadata(dir.path().join("store.db-wal")).unwrap().len() > 0);
    fs::remove_file(&file).unwrap();
    let store = open(&file).await.unwrap();
    assert_eq!(store.read(&job("j")).await.unwrap().current, None);
    write_something(&store).await;
}

#[tokio::test]
async fn a_copy_that_lost_its_log_mode_or_its_tables_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    let (file, copy) = (dir.path().join("store.db"), dir.path().join("copy.db"));
    write_something(&open(&file).await.unwrap()).await;
    let plain = Connection::open(&file).unwrap();
    plain.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
    let store = open(&copy).await.unwrap();
    assert_eq!(journal_mode(&copy), "wal");
    assert!(store.read(&job("j")).await.unwrap().current.is_some());

    let older = dir.path().join("older.db");
    let id: i32 = plain.pragma_query_value(None, "application_id", |row| row.get(0)).unwrap();
    Connection::open(&older).unwrap().pragma_update(None, "application_id", id).unwrap();
    write_something(&open(&older).await.unwrap()).await;
    assert_eq!(journal_mode(&older), "wal");
}

#[tokio::test]
async fn a_reader_of_a_copy_without_log_mode_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.db");
    drop(open(&file).await.unwrap());
    let reader = Connection::open(&file).unwrap();
    reader.pragma_update(None, "journal_mode", "delete").unwrap();
    reader.execute_batch("BEGIN; SELECT * FROM records").unwrap();
    let impatient = SqliteOptions { busy_timeout: Duration::from_millis(100) };
    let given_up = SqliteStore::open(&file, impatient).await;
    assert!(matches!(&given_up, Err(StoreError::Unavailable { why, .. }) if why.contains("locked")), "{given_up:?}");
    let leave = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        reader.execute_batch("COMMIT").unwrap();
    };
    let (opened, ()) = tokio::join!(open(&file), leave);
    write_something(&opened.unwrap()).await;
    assert_eq!(journal_mode(&file), "wal");
}

fn journal_mode(file: &Path) -> String {
    Connection::open(file).unwrap().pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_busy_file_is_waited_for_without_holding_up_the_runtime() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.db");
    let options = SqliteOptions { busy_timeout: Duration::from_millis(300) };
    let store = SqliteStore::open(&file, options).await.unwrap();
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (job, record) = (job("j"), record("r", 1));
    let ticks = async {
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        std::time::Instant::now()
    };
    let swap = async { (store.swap(&job, None, &record, &[]).await, std::time::Instant::now()) };
    let ((swap, given_up), ticked) = tokio::join!(swap, ticks);
    assert!(matches!(&swap, Err(StoreError::Unavailable { why, .. }) if why.contains("locked")), "{swap:?}");
    assert!(ticked < given_up, "the runtime was held up");
    assert!(store.read(&job).await.is_ok(), "readers do not wait for writers");
    other.execute_batch("ROLLBACK").unwrap();
    write_something(&store).await;
}

#[tokio::test]
async fn a_damaged_file_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.db");
    drop(open(&file).await.unwrap());
    let mut bytes = fs::read(&file).unwrap();
    bytes[100..].fill(0x55);
    fs::write(&file, bytes).unwrap();
    let error = open(&file).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error}");
    assert!(error.remedy().contains("damaged"), "{error}");
}

#[tokio::test]
async fn a_page_is_bounded_and_a_strange_cursor_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("store.db")).await.unwrap();
    let entries: Vec<_> = (0..1_001).map(|number| entry(&job("j"), number)).collect();
    store.swap(&job("j"), None, &record("r", 1), &entries).await.unwrap();
    let query = HistoryQuery { job: None, limit: usize::MAX, before: None };
    let page = store.history(&query).await.unwrap();
    assert_eq!((page.entries.len(), page.next.is_some()), (1_000, true));
    let strange = HistoryQuery { before: Some(bellwether_core::store::Cursor("x".into())), ..query };
    assert!(matches!(store.history(&strange).await, Err(StoreError::Unreadable { .. })));
}

#[tokio::test]
async fn the_stores_time_is_this_hosts() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("store.db")).await.unwrap();
    let before = jiff::Timestamp::now();
    let told = store.read(&job("j")).await.unwrap().store_time.unwrap();
    assert!((told - before).total(jiff::Unit::Second).unwrap().abs() < 5.0, "{told} is not {before}");
}
