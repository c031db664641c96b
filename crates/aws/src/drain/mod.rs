//! Draining at AWS: where a node is registered, and the actions of [`bellwether_core::drain::Run`] carried out.
//!
//! - `places`: finds where a node is, and how long each place takes.
//! - `classic`, `groups`: the two kinds of places.
//! - `requests`: carries out one action.

mod classic;
mod groups;
mod permissions;
mod places;
mod requests;

use crate::client::Aws;
pub use permissions::drain_permissions;

/// How many load balancers and target groups are asked at the same time.
const AT_ONCE: usize = 8;

/// Draining in one region.
#[derive(Debug, Clone)]
pub struct Drains {
    aws: Aws,
    region: Option<String>,
}

impl Aws {
    /// Draining in this region, else in the configured one. A kept journal says its region. Nothing is asked yet.
    pub fn drains(&self, region: Option<&str>) -> Drains {
        Drains { aws: self.clone(), region: region.map(str::to_owned) }
    }
}
