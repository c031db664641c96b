//! Which regions there are.
//!
//! EC2 is asked rather than a list kept: a list would miss new regions, and would offer those that the account has
//! not enabled or that belong to another partition.

use crate::api_error::ApiError;
use crate::client::Aws;
use crate::ec2::Ec2;
use crate::service::{Endpoint, Service, Variant};

/// A region that the account can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElbRegion {
    /// Its name, such as `eu-west-1`.
    pub name: String,
    /// The host that is asked about load balancers there, unless an endpoint is configured.
    pub endpoint: String,
}

impl Aws {
    /// The regions that are enabled for the account (`ec2:DescribeRegions`), by name. The question goes to `region`,
    /// else to the configured one, and is answered for the partition it is in.
    ///
    /// # Errors
    /// When there are no region or credentials, AWS refuses, or there is no answer.
    pub async fn elb_regions(&self, region: Option<&str>) -> Result<Vec<ElbRegion>, ApiError> {
        let here = self.balancers(region);
        let ec2 = Ec2::open(self, here.checked_region()?).await?;
        let asked = ec2.asked("ec2:DescribeRegions", "the regions");
        let names = ec2.regions().await.map_err(|failure| asked.api_error(&failure))?;
        let variant = self.variant().await;
        Ok(names.into_iter().map(|name| elb_region(name, variant)).collect())
    }
}

fn elb_region(name: String, variant: Variant) -> ElbRegion {
    ElbRegion { endpoint: Endpoint::of_region(Service::Elb, &name, variant).host, name }
}
