//! Black-box tests of the `bellwether` binary: one test binary, a module per area.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests: a panic is a failure, and real time passes"
)]

mod chaos;
mod clustercron;
mod docs;
mod fleet;
mod once;
mod support;
