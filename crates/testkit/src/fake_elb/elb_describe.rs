//! Classic load balancers themselves (API 2012-06-01).

use super::call::{Call, Service};
use super::classic::{Classic, InstanceHealth};
use super::elb::not_found;
use super::paging::page;
use super::refusal::Refusal;
use super::world::World;
use super::xml;

/// `DescribeLoadBalancers`, of all or by names; in pages.
pub(super) fn describe_load_balancers(call: &Call, world: &World) -> Result<String, Refusal> {
    let names = call.list("LoadBalancerNames.member");
    if let Some(unknown) = names.iter().find(|name| !world.load_balancers.contains_key(**name)) {
        return Err(not_found(unknown));
    }
    let found: Vec<_> =
        world.load_balancers.iter().filter(|(name, _)| names.is_empty() || names.contains(&name.as_str())).collect();
    let found: Vec<_> = found.iter().collect();
    let (balancers, next) = page(&found, world, call.get("Marker"), call.get("PageSize"))?;
    let described = balancers.iter().map(|(name, instances)| load_balancer(name, instances, world));
    let result =
        xml::list("LoadBalancerDescriptions", "member", described) + &xml::optional("NextMarker", next.as_deref());
    Ok(xml::query_answer(Service::Elb, call.action(), &result))
}

fn settings(name: &str, world: &World) -> Classic {
    world.classic.get(name).cloned().unwrap_or_default()
}

fn load_balancer(name: &str, instances: &[InstanceHealth], world: &World) -> String {
    let check = settings(name, world).check;
    let health_check = [
        xml::element("Target", "HTTP:80/"),
        xml::element("Interval", &check.interval.to_string()),
        xml::element("Timeout", &check.timeout.to_string()),
        xml::element("UnhealthyThreshold", &check.unhealthy_threshold.to_string()),
        xml::element("HealthyThreshold", &check.healthy_threshold.to_string()),
    ]
    .concat();
    let instances = instances.iter().map(|instance| xml::element("InstanceId", &instance.instance));
    [
        xml::element("LoadBalancerName", name),
        xml::element("DNSName", &format!("{name}-1234567890.{}.elb.amazonaws.com", world.region)),
        xml::list("ListenerDescriptions", "member", std::iter::empty()),
        xml::list("AvailabilityZones", "member", std::iter::once(format!("{}a", world.region))),
        xml::list("Instances", "member", instances),
        xml::around("HealthCheck", &health_check),
        xml::element("CreatedTime", "2026-01-02T03:04:05.000Z"),
        xml::element("Scheme", "internet-facing"),
    ]
    .concat()
}

/// `DescribeLoadBalancerAttributes`.
pub(super) fn describe_attributes(call: &Call, world: &World) -> Result<String, Refusal> {
    let name = call.get("LoadBalancerName").unwrap_or_default();
    if !world.load_balancers.contains_key(name) {
        return Err(not_found(name));
    }
    let draining = settings(name, world).draining;
    let draining = xml::element("Enabled", if draining.is_some() { "true" } else { "false" })
        + &xml::element("Timeout", &draining.unwrap_or(300).to_string());
    let attributes = [
        xml::around("CrossZoneLoadBalancing", &xml::element("Enabled", "false")),
        xml::around("AccessLog", &xml::element("Enabled", "false")),
        xml::around("ConnectionDraining", &draining),
        xml::around("ConnectionSettings", &xml::element("IdleTimeout", "60")),
    ]
    .concat();
    let result = xml::around("LoadBalancerAttributes", &attributes);
    Ok(xml::query_answer(Service::Elb, call.action(), &result))
}

/// `DescribeTags`; there are none.
pub(super) fn describe_tags(call: &Call, world: &World) -> Result<String, Refusal> {
    let names = call.list("LoadBalancerNames.member");
    if let Some(unknown) = names.iter().find(|name| !world.load_balancers.contains_key(**name)) {
        return Err(not_found(unknown));
    }
    let tags = || xml::list("Tags", "member", std::iter::empty());
    let described = names.iter().map(|name| xml::element("LoadBalancerName", name) + &tags());
    Ok(xml::query_answer(Service::Elb, call.action(), &xml::list("TagDescriptions", "member", described)))
}
