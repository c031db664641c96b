//! Auto Scaling groups (API 2011-01-01).

use super::call::{Call, Service};
use super::paging::page;
use super::refusal::Refusal;
use super::world::{GroupInstance, World};
use super::xml;

/// `DescribeAutoScalingGroups`, of all or by names; in pages of groups. A name that is not there is simply left out.
pub(super) fn describe_auto_scaling_groups(call: &Call, world: &World) -> Result<String, Refusal> {
    let names = call.list("AutoScalingGroupNames.member");
    let found: Vec<_> = world
        .auto_scaling_groups
        .iter()
        .filter(|(name, _)| names.is_empty() || names.contains(&name.as_str()))
        .collect();
    let found: Vec<_> = found.iter().collect();
    let (groups, next) = page(&found, world, call.get("NextToken"), call.get("MaxRecords"))?;
    let result =
        xml::list("AutoScalingGroups", "member", groups.iter().map(|(name, instances)| group(name, instances, world)))
            + &xml::optional("NextToken", next.as_deref());
    Ok(xml::query_answer(Service::AutoScaling, call.action(), &result))
}

fn group(name: &str, instances: &[GroupInstance], world: &World) -> String {
    let size = instances.len().to_string();
    let zone = format!("{}a", world.region);
    [
        xml::element("AutoScalingGroupName", name),
        xml::element("MinSize", "0"),
        xml::element("MaxSize", &size),
        xml::element("DesiredCapacity", &size),
        xml::element("DefaultCooldown", "300"),
        xml::list("AvailabilityZones", "member", std::iter::empty()),
        xml::element("HealthCheckType", "EC2"),
        xml::list("Instances", "member", instances.iter().map(|instance| member(instance, &zone))),
        xml::element("CreatedTime", "2026-01-02T03:04:05.000Z"),
    ]
    .concat()
}

fn member(instance: &GroupInstance, zone: &str) -> String {
    [
        xml::element("InstanceId", &instance.instance),
        xml::element("AvailabilityZone", zone),
        xml::element("LifecycleState", &instance.lifecycle),
        xml::element("HealthStatus", &instance.health),
        xml::element("ProtectedFromScaleIn", "false"),
    ]
    .concat()
}
