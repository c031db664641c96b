//! Files that are not taken, and stay as they are.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use bellwether_core::store::StoreError;
use rusqlite::Connection;

use crate::open;

/// Opens a file that must be refused as unreadable, and gives the reason; nothing in its directory may change.
async fn refused(file: &Path) -> String {
    let before = content(file.parent().unwrap());
    let error = open(file).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error}");
    assert_eq!(content(file.parent().unwrap()), before, "something was changed");
    format!("{error}; {}", error.remedy())
}

fn content(dir: &Path) -> Vec<(std::ffi::OsString, Option<Vec<u8>>)> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let mut content: Vec<_> = entries.map(|entry| (entry.file_name(), fs::read(entry.path()).ok())).collect();
    content.sort();
    content
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_and_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    for mode in ["delete", "wal"] {
        let file = dir.path().join(format!("{mode}.db"));
        let other = Connection::open(&file).unwrap();
        other.pragma_update(None, "journal_mode", mode).unwrap();
        other.execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)").unwrap();
        // Killed with work in its log: opening would move the log into the database.
        std::mem::forget(other);
        assert!(refused(&file).await.contains("not a database of bellwether"));
    }
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let longer_than_a_header = "not a database\n".repeat(20);
    for (name, text) in [("short", "x"), ("long", &longer_than_a_header), ("cut", "SQLite format 3\0")] {
        let file = dir.path().join(name);
        fs::write(&file, text).unwrap();
        assert!(refused(&file).await.contains("not a database of bellwether"), "{name}");
    }
}

#[tokio::test]
async fn a_symbolic_link_is_refused_but_one_above_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let real = dir.path().join("real");
    let store = open(&real.join("store.db")).await.unwrap();
    symlink(real.join("store.db"), dir.path().join("link.db")).unwrap();
    assert!(refused(&dir.path().join("link.db")).await.contains("symbolic link"));
    symlink(&real, dir.path().join("link")).unwrap();
    let through_link = open(&dir.path().join("link/store.db")).await.unwrap();
    assert_eq!(through_link.path(), store.path());
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_the_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.db");
    drop(open(&file).await.unwrap());
    Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = open(&file).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error}");
    assert!(error.to_string().contains("99") && error.remedy().contains("upgrade"), "{error}");
}

#[tokio::test]
async fn a_file_of_another_user_is_refused() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("not root: no file of another user can be made");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.db");
    drop(open(&file).await.unwrap());
    std::os::unix::fs::chown(&file, Some(65_534), None).unwrap();
    assert!(refused(&file).await.contains("belongs to user 65534"));
}

#[tokio::test]
async fn a_path_below_a_file_says_so() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "x").unwrap();
    let error = open(&dir.path().join("file/store.db")).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("store.db"), "{error}");
}
