//! Real child processes: how they start, what becomes of their output, how they end, and who ends them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "child/ends.rs"]
mod ends;
#[path = "child/output.rs"]
mod output;
#[path = "child/starts.rs"]
mod starts;
#[path = "child/support.rs"]
mod support;
#[path = "child/tied.rs"]
mod tied;
#[path = "child/wrapper.rs"]
mod wrapper;
