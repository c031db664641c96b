//! Target groups of application, network and gateway load balancers (API 2015-12-01), one file per subject.
//!
//! Answers that come in pages are read to their end. Long lists are sent in parts. A group that is given by ARN is
//! asked for in the region of its ARN, since that is where it is.

mod attributes;
mod described;
mod find;
mod health;
mod list;
mod permissions;
mod session;
mod targets;

use bellwether_core::drain::TargetGroupArn;
use bellwether_core::names::looks_like_region;

use crate::api_error::ApiError;
use crate::client::Aws;
pub use attributes::{AttributeChange, TargetGroupAttributes};
pub use described::{GroupHealthCheck, TargetGroup, TargetType};
pub use find::GroupMembership;
pub use health::TargetHealth;
pub use list::GroupFilter;
pub use permissions::{target_group_change_permissions, target_group_permissions};
use session::Session;

/// The target groups of one region.
///
/// Cheap to make and to clone: connections and credentials are those of the [`Aws`] it came from.
#[derive(Debug, Clone)]
pub struct TargetGroups {
    aws: Aws,
    region: Option<String>,
}

impl Aws {
    /// The target groups of this region, else of the configured one. Nothing is asked yet.
    pub fn target_groups(&self, region: Option<&str>) -> TargetGroups {
        TargetGroups { aws: self.clone(), region: region.map(str::to_owned) }
    }
}

impl TargetGroups {
    async fn session(&self) -> Result<Session, ApiError> {
        match self.region.as_deref() {
            Some(region) if !looks_like_region(region) => Err(ApiError::invalid(
                format!("'{}' is not a region", crate::text::shown(region)),
                "give a region such as eu-west-1",
            )),
            region => session::open(&self.aws, region).await,
        }
    }

    async fn session_of(&self, group: &TargetGroupArn) -> Result<Session, ApiError> {
        session::open(&self.aws, Some(group.region())).await
    }
}
