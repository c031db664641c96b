//! Facts from real files and programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "facts/changes.rs"]
mod changes;
#[path = "facts/files.rs"]
mod files;
#[path = "facts/programs.rs"]
mod programs;
#[path = "facts/support.rs"]
mod support;
#[path = "facts/system.rs"]
mod system;
