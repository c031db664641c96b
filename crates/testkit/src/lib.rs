//! What the tests of the other crates share; never shipped.
//!
//! - `http`, `imds`, `fake_elb`, `proxy`: servers that play AWS and misbehave as a test asks them to
//! - `fleet`: the in-memory transport of commands, and the suite every transport must pass
//! - `clonesquad`: CloneSquad's function and API, which check signatures
//! - `python`, `moto`: the Python peers that `tests/setup.sh` installs, and AWS as moto imitates it
//! - `nats`: NATS servers, alone and as clusters
//! - `notify`: a service manager that is told how services are
//! - `netns`, `bridge`: a network of a test's own, and nodes in it that can be cut off
//! - `process`, `wrong_clock`: the programs under test, and wrong clocks for them
//! - `script`: programs of a test's own, to be run by others
//! - `etcd`: the server of a peer
//! - `postgres`: database servers of a test's own
//! - `tap`: a wire to a server, to count what is said on it
//! - `site`: a web site behind a load balancer, and visitors
//! - `traffic`: servers that echo, and connections that are let in or refused
//! - `disk`: small file systems, to be filled up
//! - `notice`: the in-memory source of notices, and the suite every source must pass
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

mod awkward;
pub mod bridge;
pub mod clonesquad;
mod dice;
pub mod disk;
pub mod etcd;
pub mod fake_elb;
pub mod fleet;
pub mod http;
pub mod imds;
pub mod moto;
pub mod nats;
pub mod netns;
pub mod notice;
pub mod notify;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod python;
pub mod script;
pub mod site;
pub mod store;
pub mod tap;
pub mod traffic;
pub mod wrong_clock;
