//! What the tests of the other crates share; never shipped.
//!
//! - `http`, `imds`, `fake_elb`, `proxy`: servers that play AWS and misbehave as a test asks them to
//! - `python`, `moto`: the Python peers that `tests/setup.sh` installs, and AWS as moto imitates it
//! - `nats`: NATS servers, alone and as clusters
//! - `netns`, `process`: a network of a test's own, and the programs under test
//! - `postgres`: database servers of a test's own
//! - `disk`: small file systems, to be filled up
//! - `store`: the in-memory claim store, faults for any store, and the suite every store must pass

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    reason = "test support: a failure here is a failed test, and real clocks and processes are the point"
)]

pub mod disk;
pub mod fake_elb;
pub mod http;
pub mod imds;
pub mod moto;
pub mod nats;
pub mod netns;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod python;
pub mod store;
