//! `bellwether agent` with real NATS servers and real commands.
//!
//! - `support`: a node, and a caller that is the library alone.
//! - `commands`, `outputs`, `ends`: what is run. `refusals`: what is not. `accounts`: what is told, and full disks.
//! - `configuration`: files, health, metrics.
//! - `facts`: what the node knows of itself.
//! - With the program as the caller: `metadata`, `overflow`: the same. `manager`: the service manager.
//!   `tls`, `cluster`, `queues`, `clean`: what carries it all. `lost`, `cut`: a node that falls
//!   silent.

mod accounts;
mod clean;
mod cluster;
mod commands;
mod configuration;
mod cut;
mod ends;
mod facts;
mod lost;
mod manager;
mod metadata;
mod outputs;
mod overflow;
mod queues;
mod refusals;
mod support;
mod tls;
