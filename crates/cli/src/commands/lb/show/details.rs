//! What is asked about a load balancer besides its description.

use std::cell::Cell;

use bellwether_aws::{ApiError, Balancers};
use bellwether_core::balancer::{Attributes, BalancerName, InstanceHealth, LoadBalancer, Tag};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::Value;

use super::super::AT_ONCE;
use super::super::tag::as_object;
use crate::failure::Failure;

/// A load balancer and all that is asked about it.
#[derive(Debug, Serialize)]
pub(super) struct Details {
    #[serde(flatten)]
    pub(super) balancer: LoadBalancer,
    pub(super) instance_health: Vec<InstanceHealth>,
    pub(super) attributes: Attributes,
    #[serde(serialize_with = "as_object_of_tags")]
    pub(super) tags: Vec<Tag>,
}

fn as_object_of_tags<S: serde::Serializer>(tags: &[Tag], serializer: S) -> Result<S::Ok, S::Error> {
    Value::serialize(&as_object(tags), serializer)
}

/// The details of each, in the same order; several at the same time.
pub(super) async fn of_each(
    balancers: &Balancers,
    found: Vec<LoadBalancer>,
    asked: &Cell<usize>,
) -> Result<Vec<Details>, Failure> {
    let names = found.iter().map(|balancer| balancer.name.parse::<BalancerName>()).collect::<Result<Vec<_>, _>>();
    let names = names.map_err(|error| Failure::unavailable(error.to_string()))?;
    let one = async |(balancer, name): (LoadBalancer, &BalancerName)| {
        let (instance_health, attributes) =
            tokio::try_join!(health(balancers, &balancer, name), balancers.attributes(name))?;
        asked.set(asked.get() + 1);
        Ok::<_, ApiError>(Details { balancer, instance_health, attributes, tags: Vec::new() })
    };
    let each = stream::iter(found.into_iter().zip(&names).map(one)).buffered(AT_ONCE).try_collect::<Vec<_>>();
    let (mut details, mut tags) = tokio::try_join!(each, balancers.tags(&names))?;
    for details in &mut details {
        details.tags = tags.remove(&details.balancer.name).unwrap_or_default();
    }
    Ok(details)
}

/// Where nothing is registered there is nothing to ask.
async fn health(
    balancers: &Balancers,
    balancer: &LoadBalancer,
    name: &BalancerName,
) -> Result<Vec<InstanceHealth>, ApiError> {
    match balancer.instances.is_empty() {
        true => Ok(Vec::new()),
        false => balancers.instance_health(name, &[]).await,
    }
}
