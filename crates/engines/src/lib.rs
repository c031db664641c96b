//! Stores that run without AWS.
//!
//! - [`sqlite`]: the embedded default, one file on this host.

pub mod sqlite;
