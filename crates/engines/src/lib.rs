//! Stores that run without AWS.
//!
//! - [`nats`]: a bucket on NATS servers, for a fleet that has them.
//! - [`postgres`]: a database that the fleet shares.
//! - [`sqlite`]: the embedded default, one file on this host.

pub mod nats;
pub mod postgres;
pub mod sqlite;
