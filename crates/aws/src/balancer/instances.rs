//! The instances behind load balancers.

use std::collections::HashSet;

use aws_sdk_elasticloadbalancing::types;
use bellwether_core::balancer::{BalancerName, InstanceHealth, InstanceId, InstanceState};

use super::Balancers;
use super::described::{instance_ids, text};
use super::session::{Session, check_some, elb};
use crate::api_error::ApiError;
use crate::text::shown;

const HEALTH: &str = "elasticloadbalancing:DescribeInstanceHealth";

/// How many instances are sent at once; the API has no limit of its own, and a request should stay small.
const PER_CALL: usize = 100;

impl Balancers {
    /// Registers instances (`RegisterInstancesWithLoadBalancer`), any number of them, and returns the ids of all that
    /// are registered then. AWS answers before they get traffic: look at [`Balancers::instance_health`].
    ///
    /// # Errors
    /// When there is none (nothing is sent), one does not exist, AWS refuses, or there is no answer. The message says
    /// how many are registered when it is a part.
    pub async fn register(&self, name: &BalancerName, ids: &[InstanceId]) -> Result<Vec<String>, ApiError> {
        check_some(ids, "instance to register")?;
        let session = self.session().await?;
        let (parts, mut registered) = (parts(ids), Vec::new());
        for (place, part) in parts.iter().enumerate() {
            let sent = session.register(name, part).await;
            registered = sent.map_err(|error| after(place, ids, "registered", error))?;
        }
        Ok(registered)
    }

    /// Takes instances out (`DeregisterInstancesFromLoadBalancer`), any number of them, and returns the ids of those
    /// that are left. AWS answers before their connections have ended.
    ///
    /// # Errors
    /// When there is none (nothing is sent), one is not known, AWS refuses, or there is no answer. The message says
    /// how many are out when it is a part.
    pub async fn deregister(&self, name: &BalancerName, ids: &[InstanceId]) -> Result<Vec<String>, ApiError> {
        check_some(ids, "instance to deregister")?;
        let session = self.session().await?;
        let (parts, mut left) = (parts(ids), Vec::new());
        for (place, part) in parts.iter().enumerate() {
            let sent = session.deregister(name, part).await;
            left = sent.map_err(|error| after(place, ids, "deregistered", error))?;
        }
        Ok(left)
    }

    /// How instances are (`DescribeInstanceHealth`): all that are registered, or those of these ids, registered or
    /// not. AWS leaves out those that have been terminated.
    ///
    /// # Errors
    /// When the load balancer does not exist, AWS refuses, or there is no answer.
    pub async fn instance_health(
        &self,
        name: &BalancerName,
        ids: &[InstanceId],
    ) -> Result<Vec<InstanceHealth>, ApiError> {
        let session = self.session().await?;
        if ids.is_empty() {
            return session.health(name, None).await;
        }
        let mut states = Vec::new();
        for part in parts(ids) {
            states.extend(session.health(name, Some(part)).await?);
        }
        Ok(states)
    }
}

impl Session {
    async fn register(&self, name: &BalancerName, part: &[types::Instance]) -> Result<Vec<String>, ApiError> {
        let call = self.client.register_instances_with_load_balancer().load_balancer_name(name.as_str());
        let answer = call.set_instances(Some(part.to_vec())).send().await;
        let failed = self.failed("elasticloadbalancing:RegisterInstancesWithLoadBalancer", elb(name));
        Ok(instance_ids(answer.map_err(failed)?.instances()))
    }

    async fn deregister(&self, name: &BalancerName, part: &[types::Instance]) -> Result<Vec<String>, ApiError> {
        let call = self.client.deregister_instances_from_load_balancer().load_balancer_name(name.as_str());
        let answer = call.set_instances(Some(part.to_vec())).send().await;
        let failed = self.failed("elasticloadbalancing:DeregisterInstancesFromLoadBalancer", elb(name));
        Ok(instance_ids(answer.map_err(failed)?.instances()))
    }

    async fn health(
        &self,
        name: &BalancerName,
        part: Option<Vec<types::Instance>>,
    ) -> Result<Vec<InstanceHealth>, ApiError> {
        let call = self.client.describe_instance_health().load_balancer_name(name.as_str());
        let answer = call.set_instances(part).send().await.map_err(self.failed(HEALTH, elb(name)))?;
        Ok(answer.instance_states().iter().map(health).collect())
    }
}

fn health(state: &types::InstanceState) -> InstanceHealth {
    InstanceHealth {
        id: text(state.instance_id()),
        state: InstanceState::from_aws(&shown(state.state().unwrap_or("Unknown"))),
        reason_code: shown(state.reason_code().unwrap_or("N/A")),
        description: text(Some(state.description().unwrap_or("N/A"))),
    }
}

fn parts(ids: &[InstanceId]) -> Vec<Vec<types::Instance>> {
    instances_per_call(ids).iter().map(|part| part.iter().map(|id| instance(id)).collect()).collect()
}

/// Each instance once, in the parts that [`Balancers::register`] and [`Balancers::deregister`] send one by one.
pub fn instances_per_call(ids: &[InstanceId]) -> Vec<Vec<&InstanceId>> {
    let mut seen = HashSet::new();
    let once: Vec<_> = ids.iter().filter(|id| seen.insert(id.as_str())).collect();
    once.chunks(PER_CALL).map(<[_]>::to_vec).collect()
}

fn instance(id: &InstanceId) -> types::Instance {
    types::Instance::builder().instance_id(id.as_str()).build()
}

/// An error after some parts: what they have done stays done.
fn after(parts_done: usize, ids: &[InstanceId], done: &str, error: ApiError) -> ApiError {
    match parts_done * PER_CALL {
        0 => error,
        count => ApiError {
            message: format!("{}; the first {count} of {} instances are {done}", error.message, ids.len()),
            ..error
        },
    }
}
