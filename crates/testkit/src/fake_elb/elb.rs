//! Instances of classic load balancers (API 2012-06-01).

use std::collections::BTreeMap;
use std::time::Duration;

use super::call::{Call, Service};
use super::classic::InstanceHealth;
use super::refusal::Refusal;
use super::world::World;
use super::xml;

/// `DescribeInstanceHealth`. It has no pages. An instance that is asked for by name and not registered is an error.
pub(super) fn describe_instance_health(call: &Call, world: &World) -> Result<String, Refusal> {
    let name = call.get("LoadBalancerName").unwrap_or_default();
    let instances = world.load_balancers.get(name).ok_or_else(|| not_found(name))?;
    let states = asked_for(call, instances)?.into_iter().map(state);
    let result = xml::list("InstanceStates", "member", states);
    Ok(xml::query_answer(Service::Elb, call.action(), &result))
}

pub(super) fn not_found(name: &str) -> Refusal {
    Refusal::new(400, "LoadBalancerNotFound", format!("There is no ACTIVE Load Balancer named '{name}'"))
}

/// `RegisterInstancesWithLoadBalancer`. An instance that is draining is in service again.
pub(super) fn register_instances(call: &Call, world: &mut World) -> Result<String, Refusal> {
    let name = call.get("LoadBalancerName").unwrap_or_default();
    let in_service_at = world.now + world.classic(name).starts_for;
    let instances = world.load_balancers.get_mut(name).ok_or_else(|| not_found(name))?;
    for id in instance_ids(call) {
        match instances.iter_mut().find(|instance| instance.instance == id) {
            None => instances.push(InstanceHealth::registered(id, in_service_at)),
            Some(known) if known.is_draining() => *known = InstanceHealth::new(id, "InService"),
            Some(_) => {}
        }
    }
    Ok(instances_answer(call, instances))
}

/// `DeregisterInstancesFromLoadBalancer`. An instance that is not registered is an error.
pub(super) fn deregister_instances(call: &Call, world: &mut World) -> Result<String, Refusal> {
    let name = call.get("LoadBalancerName").unwrap_or_default();
    let draining = world.classic(name).draining.map(|seconds| world.now + Duration::from_secs(seconds.into()));
    let instances = world.load_balancers.get_mut(name).ok_or_else(|| not_found(name))?;
    asked_for(call, instances)?;
    let ids = instance_ids(call);
    match draining {
        Some(out_at) => {
            let leaves = |known: &&mut InstanceHealth| ids.contains(&known.instance.as_str()) && !known.is_draining();
            instances.iter_mut().filter(leaves).for_each(|known| known.deregister(out_at));
        }
        None => instances.retain(|known| !ids.contains(&known.instance.as_str())),
    }
    Ok(instances_answer(call, instances))
}

fn instances_answer(call: &Call, instances: &[InstanceHealth]) -> String {
    let ids = instances.iter().map(|instance| xml::element("InstanceId", &instance.instance));
    xml::query_answer(Service::Elb, call.action(), &xml::list("Instances", "member", ids))
}

fn instance_ids(call: &Call) -> Vec<&str> {
    (1..).map_while(|place| call.get(&format!("Instances.member.{place}.InstanceId"))).collect()
}

fn asked_for<'a>(call: &Call, instances: &'a [InstanceHealth]) -> Result<Vec<&'a InstanceHealth>, Refusal> {
    let wanted = instance_ids(call);
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
