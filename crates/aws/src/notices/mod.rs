//! Signs that this node is about to leave, from AWS: what the metadata service tells (`imds`), and how this node stands
//! in a load balancer (`health`). `permissions`: what asking and acting needs.

mod error;
mod health;
mod imds;
mod permissions;

pub use health::HealthNotices;
pub use imds::{ImdsNotices, ImdsPage};
pub use permissions::{clonesquad_permissions, watch_permissions};
