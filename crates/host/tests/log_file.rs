//! Log files on a real, full disk, and beside Python's own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "log_file/full_disk.rs"]
mod full_disk;
#[path = "log_file/python.rs"]
mod python;
