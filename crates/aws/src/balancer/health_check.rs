//! How load balancers find out which instances are healthy.

use aws_sdk_elasticloadbalancing::types;
use bellwether_core::balancer::{BalancerName, HealthCheck};

use super::Balancers;
use super::described::health_check;
use super::session::{elb, unwritable};
use crate::api_error::ApiError;

const ACTION: &str = "elasticloadbalancing:ConfigureHealthCheck";

impl Balancers {
    /// Sets the health check (`ConfigureHealthCheck`) and returns the one that AWS has taken.
    ///
    /// # Errors
    /// When a number is out of range (nothing is sent), AWS refuses, or there is no answer.
    pub async fn configure_health_check(
        &self,
        name: &BalancerName,
        check: &HealthCheck,
    ) -> Result<HealthCheck, ApiError> {
        check.check()?;
        let sent = to_sdk(check)?;
        let session = self.session().await?;
        let call = session.client.configure_health_check().load_balancer_name(name.as_str());
        let answer = call.health_check(sent).send().await.map_err(session.failed(ACTION, elb(name)))?;
        let taken = answer.health_check().map(health_check).transpose();
        let taken = taken.map_err(session.unreadable(ACTION, elb(name)))?;
        Ok(taken.unwrap_or_else(|| check.clone()))
    }
}

fn to_sdk(check: &HealthCheck) -> Result<types::HealthCheck, ApiError> {
    types::HealthCheck::builder()
        .target(check.target.to_string())
        .interval(check.interval.into())
        .timeout(check.timeout.into())
        .unhealthy_threshold(check.unhealthy_threshold.into())
        .healthy_threshold(check.healthy_threshold.into())
        .build()
        .map_err(unwritable)
}
