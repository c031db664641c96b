//! The caller's side of fleet commands, with real agents on a real NATS server, and on moto.
//!
//! - `support`: a small fleet. `impostor`: somebody who speaks to callers in an agent's place.
//! - `runs`, `shown`, `statuses`, `batches`: `exec`. `waiting`: durable calls and `results`. `inventory`: `ping`, `facts`.
//! - `trust`, `keys`: who is believed. `outages`, `aws`: what carries it all.

mod aws;
mod batches;
mod impostor;
mod inventory;
mod keys;
mod outages;
mod runs;
mod shown;
mod statuses;
pub(crate) mod support;
mod trust;
mod waiting;
