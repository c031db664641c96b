//! Signs that this node is about to leave, from AWS: what the metadata service tells (`imds`), and how this node stands
//! in a load balancer (`health`).

mod error;
mod health;
mod imds;

pub use health::HealthNotices;
pub use imds::{ImdsNotices, ImdsPage};
