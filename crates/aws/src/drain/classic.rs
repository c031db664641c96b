//! Places in classic load balancers.

use std::time::Duration;

use bellwether_core::balancer::{BalancerName, HealthCheck, InstanceHealth, InstanceId, LoadBalancer};
use bellwether_core::drain::{CheckTiming, Observation, Place, Standing, Timing};
use bellwether_core::names::NodeId;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{AT_ONCE, Drains};
use crate::api_error::{ApiError, ApiErrorKind};
use crate::balancer::Balancers;

impl Drains {
    pub(super) fn balancers(&self) -> Balancers {
        self.aws.balancers(self.region.as_deref())
    }

    /// The classic load balancers that an instance of these ids is in.
    pub(super) async fn classic_places(&self, ids: &[String]) -> Result<Vec<(Place, Standing, Timing)>, ApiError> {
        let balancers = self.balancers().list(None).await?;
        let holds = |balancer: &LoadBalancer| balancer.instances.iter().any(|instance| ids.contains(instance));
        let found: Vec<_> = stream::iter(balancers.into_iter().filter(holds))
            .map(|balancer| self.classic_places_in(balancer, ids))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn classic_places_in(
        &self,
        balancer: LoadBalancer,
        ids: &[String],
    ) -> Result<Vec<(Place, Standing, Timing)>, ApiError> {
        let name = BalancerName::new(balancer.name.as_str())?;
        let handle = self.balancers();
        let (timing, health) = tokio::join!(self.classic_timing(&balancer, &name), handle.instance_health(&name, &[]));
        let (timing, health) = match (timing, health) {
            // It was deleted meanwhile: the node is not in it any more.
            (Err(error), _) | (_, Err(error)) if error.kind == ApiErrorKind::NotFound => return Ok(Vec::new()),
            (timing, health) => (timing?, health?),
        };
        let place = |id: &String| {
            let instance = NodeId::new(id.as_str()).map_err(|error| {
                ApiError::invalid(error.to_string(), "give instance ids such as i-0123456789abcdef0")
            })?;
            let standing = classic_observation(&health, id).standing;
            // The list of its instances and their health can differ for a moment.
            let standing = if standing == Standing::Out { Standing::Unknown } else { standing };
            Ok((Place::Classic { balancer: balancer.name.clone(), instance }, standing, timing))
        };
        ids.iter().filter(|id| balancer.instances.contains(id)).map(place).collect()
    }

    pub(super) async fn classic_timing(
        &self,
        balancer: &LoadBalancer,
        name: &BalancerName,
    ) -> Result<Timing, ApiError> {
        let attributes = self.balancers().attributes(name).await?;
        let draining = attributes.connection_draining;
        // AWS's default where a timeout is left out (`ConnectionDraining`).
        let timeout = Duration::from_secs(draining.timeout.unwrap_or(300).into());
        let check = balancer.health_check.as_ref().map_or(USUAL_CHECK, check_timing);
        Ok(Timing::classic(check, draining.enabled.then_some(timeout)))
    }

    /// How instances stand in a load balancer.
    pub(super) async fn observe_classic(
        &self,
        balancer: &str,
        instances: &[NodeId],
    ) -> Result<Vec<Observation>, ApiError> {
        let health = match self.balancers().instance_health(&BalancerName::new(balancer)?, &[]).await {
            Err(error) if error.kind == ApiErrorKind::NotFound => {
                return Ok(vec![Observation::gone(); instances.len()]);
            }
            health => health?,
        };
        Ok(instances.iter().map(|instance| classic_observation(&health, instance.as_str())).collect())
    }

    pub(super) async fn register_classic(&self, balancer: &str, instances: &[NodeId]) -> Result<(), ApiError> {
        self.balancers().register(&BalancerName::new(balancer)?, &ids(instances)?).await.map(|_| ())
    }

    pub(super) async fn deregister_classic(&self, balancer: &str, instances: &[NodeId]) -> Result<(), ApiError> {
        self.balancers().deregister(&BalancerName::new(balancer)?, &ids(instances)?).await.map(|_| ())
    }
}

/// AWS's defaults of a health check.
const USUAL_CHECK: CheckTiming =
    CheckTiming { interval: Duration::from_secs(30), timeout: Duration::from_secs(5), healthy_threshold: 10 };

fn check_timing(check: &HealthCheck) -> CheckTiming {
    CheckTiming {
        interval: Duration::from_secs(check.interval.into()),
        timeout: Duration::from_secs(check.timeout.into()),
        healthy_threshold: check.healthy_threshold.into(),
    }
}

fn ids(instances: &[NodeId]) -> Result<Vec<InstanceId>, ApiError> {
    instances.iter().map(|instance| Ok(InstanceId::new(instance.as_str())?)).collect()
}

fn classic_observation(health: &[InstanceHealth], id: &str) -> Observation {
    match health.iter().find(|health| health.id == id) {
        Some(health) => Observation::classic(health.state.as_str(), &health.reason_code, &health.description),
        None => Observation::absent(),
    }
}
