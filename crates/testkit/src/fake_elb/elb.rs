//! Classic load balancers (API 2012-06-01).

use std::collections::BTreeMap;

use super::call::{Call, Service};
use super::refusal::Refusal;
use super::world::{InstanceHealth, World};
use super::xml;

/// `DescribeInstanceHealth`. It has no pages. An instance that is asked for by name and not registered is an error.
pub(super) fn describe_instance_health(call: &Call, world: &World) -> Result<String, Refusal> {
    let name = call.get("LoadBalancerName").unwrap_or_default();
    let instances = world.load_balancers.get(name).ok_or_else(|| {
        Refusal::new(400, "LoadBalancerNotFound", format!("There is no ACTIVE Load Balancer named '{name}'"))
    })?;
    let states = asked_for(call, instances)?.into_iter().map(state);
    let result = xml::list("InstanceStates", "member", states);
    Ok(xml::query_answer(Service::Elb, call.action(), &result))
}

fn asked_for<'a>(call: &Call, instances: &'a [InstanceHealth]) -> Result<Vec<&'a InstanceHealth>, Refusal> {
    let wanted: Vec<_> = (1..).map_while(|place| call.get(&format!("Instances.member.{place}.InstanceId"))).collect();
    if wanted.is_empty() {
        return Ok(instances.iter().collect());
    }
    let known: BTreeMap<_, _> = instances.iter().map(|health| (health.instance.as_str(), health)).collect();
    let find = |id: &str| {
        let refusal = || Refusal::new(400, "InvalidInstance", format!("Could not find EC2 instance {id}."));
        known.get(id).copied().ok_or_else(refusal)
    };
    wanted.into_iter().map(find).collect()
}

fn state(health: &InstanceHealth) -> String {
    [
        xml::element("Description", &health.description),
        xml::element("InstanceId", &health.instance),
        xml::element("ReasonCode", &health.reason),
        xml::element("State", &health.state),
    ]
    .concat()
}
