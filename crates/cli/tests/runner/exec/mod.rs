//! The caller's side of fleet commands, with real agents on a real NATS server, and on moto.
//!
//! - `support`: a small fleet. `impostor`: somebody who speaks to callers in an agent's place. `cable`: what a
//!   caller is connected by.
//! - `runs`, `shown`, `statuses`, `batches`: `exec`. `telling`: who is asked, expected and missing. `waiting`: durable calls and `results`. `inventory`: `ping`, `facts`.
//! - `trust`, `keys`, `environments`: who is believed. `remembered`: what is kept of nodes. `forgetful`: callers that cannot
//!   keep it. `outages`, `aws`: what carries it all.

mod aws;
mod batches;
mod cable;
mod environments;
mod forgetful;
mod impostor;
mod inventory;
mod keys;
mod outages;
mod remembered;
mod runs;
mod shown;
mod statuses;
pub(crate) mod support;
mod telling;
mod trust;
mod waiting;
