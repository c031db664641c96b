//! What the SQLite store promises beyond what every store must do.
//!
//! - `processes`: many processes and one file
//! - `refusals`: files that are not taken, and stay as they are
//! - `files`: who may read the files, and what an older or copied file becomes
//! - `disk`: full disks and read-only ones; these need the right to mount
//! - `timing`: what a run costs, printed on request

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a failure here is a failed test, and real clocks and processes are the point"
)]

mod disk;
mod files;
mod processes;
mod refusals;
mod timing;

use std::path::Path;

use bellwether_core::store::StoreError;
use bellwether_engines::sqlite::{SqliteOptions, SqliteStore};

async fn open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, SqliteOptions::default()).await
}
