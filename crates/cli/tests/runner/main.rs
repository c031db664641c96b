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

mod agent;
mod chaos;
mod clustercron;
mod cs_instance_watcher;
mod dev_log;
mod docs;
mod drain;
mod ec2_collective;
mod elbadmin;
mod env;
mod exec;
mod fleet;
mod lb;
mod once;
mod support;
mod tg;
mod watch;
