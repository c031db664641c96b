//! Stores, and deliveries by HTTP, that work without AWS.
//!
//! - [`courier`]: messages to other people's servers, with patience.
//! - [`nats`]: a bucket on NATS servers, for a fleet that has them.
//! - [`postgres`]: a database that the fleet shares.
//! - [`sqlite`]: the embedded default, one file on this host.

pub mod courier;
pub mod nats;
pub mod postgres;
pub mod sqlite;
