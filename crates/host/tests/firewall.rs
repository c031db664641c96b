//! New connections refused and old ones kept, by the real programs in networks of their own. Needs root.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "the tests hand the environment on, and time real connections")]

#[path = "firewall/blocking.rs"]
mod blocking;
#[path = "firewall/repairs.rs"]
mod repairs;
#[path = "firewall/rights.rs"]
mod rights;
#[path = "firewall/support.rs"]
mod support;
