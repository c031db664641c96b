//! Classic load balancers: all 29 actions of the API of version 2012-06-01, one file per subject.
//!
//! Every operation checks its arguments first and sends nothing when they break a rule. Answers that come in pages are
//! read to their end. Long lists are sent in parts.

mod attributes;
mod create;
mod describe;
mod described;
mod ec2_instances;
mod health_check;
mod instances;
mod limits;
mod listeners;
mod network;
mod policies;
mod policies_described;
mod regions;
mod session;
mod tags;

use bellwether_core::names::looks_like_region;

use crate::api_error::ApiError;
use crate::client::Aws;
use crate::service::Service;
pub use ec2_instances::Ec2Instance;
pub use instances::instances_per_call;
pub use regions::ElbRegion;
use session::Session;

/// The classic load balancers of one region.
///
/// Cheap to make and to clone: connections and credentials are those of the [`Aws`] it came from.
#[derive(Debug, Clone)]
pub struct Balancers {
    aws: Aws,
    region: Option<String>,
}

impl Aws {
    /// The classic load balancers of this region, else of the configured one. Nothing is asked yet.
    pub fn balancers(&self, region: Option<&str>) -> Balancers {
        Balancers { aws: self.clone(), region: region.map(str::to_owned) }
    }
}

impl Balancers {
    /// The region that is asked.
    ///
    /// # Errors
    /// When none is configured and the instance cannot tell, or the given one cannot be a region.
    pub async fn region(&self) -> Result<String, ApiError> {
        match self.checked_region()? {
            Some(region) => Ok(region.to_owned()),
            None => Ok(self.aws.region().await?.0),
        }
    }

    /// The host that is asked, with its port where one is configured.
    ///
    /// # Errors
    /// As [`Balancers::region`]; and when the configured endpoint is no URL.
    pub async fn host(&self) -> Result<String, ApiError> {
        let region = self.region().await?;
        Ok(self.aws.endpoint(Service::Elb, &region).await?.host)
    }

    /// The region given for this handle. It becomes part of a host name.
    fn checked_region(&self) -> Result<Option<&str>, ApiError> {
        match self.region.as_deref() {
            Some(region) if !looks_like_region(region) => Err(ApiError::invalid(
                format!("'{}' is not a region", crate::text::shown(region)),
                "give a region such as eu-west-1",
            )),
            region => Ok(region),
        }
    }

    async fn session(&self) -> Result<Session, ApiError> {
        session::open(&self.aws, self.checked_region()?).await
    }
}
