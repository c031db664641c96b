//! Target groups (API 2015-12-01).

use super::call::{Call, Service};
use super::group::{Target, TargetGroup};
use super::paging::page;
use super::refusal::Refusal;
use super::world::World;
use super::xml;

pub(super) fn not_found() -> Refusal {
    Refusal::new(400, "TargetGroupNotFound", "One or more target groups not found")
}

/// `DescribeTargetGroups`, of all, by names or ARNs, or by load balancer; in pages.
pub(super) fn describe_target_groups(call: &Call, world: &World) -> Result<String, Refusal> {
    let (names, arns) = (call.list("Names.member"), call.list("TargetGroupArns.member"));
    let balancer = call.get("LoadBalancerArn");
    let found: Vec<_> = world
        .target_groups
        .iter()
        .filter(|(name, group)| {
            balancer.is_none_or(|balancer| group.load_balancers.iter().any(|arn| arn == balancer))
                && (names.is_empty() || names.contains(&name.as_str()))
                && (arns.is_empty() || arns.contains(&group.arn.as_str()))
        })
        .collect();
    if found.len() < names.len().max(arns.len()) {
        return Err(not_found());
    }
    let found: Vec<_> = found.iter().collect();
    let (groups, next) = page(&found, world, call.get("Marker"), call.get("PageSize"))?;
    let result = xml::list("TargetGroups", "member", groups.iter().map(|(name, group)| target_group(name, group)))
        + &xml::optional("NextMarker", next.as_deref());
    Ok(xml::query_answer(Service::ElbV2, call.action(), &result))
}

fn target_group(name: &str, group: &TargetGroup) -> String {
    let check = group.check.unwrap_or_default();
    let arns = group.load_balancers.iter();
    [
        xml::element("TargetGroupArn", &group.arn),
        xml::element("TargetGroupName", name),
        xml::element("Protocol", &group.protocol),
        xml::element("Port", &group.port.to_string()),
        xml::element("VpcId", "vpc-0123456789abcdef0"),
        xml::element("HealthCheckProtocol", "HTTP"),
        xml::element("HealthCheckPort", "traffic-port"),
        xml::element("HealthCheckEnabled", if group.check.is_some() { "true" } else { "false" }),
        xml::element("HealthCheckIntervalSeconds", &check.interval.to_string()),
        xml::element("HealthCheckTimeoutSeconds", &check.timeout.to_string()),
        xml::element("HealthyThresholdCount", &check.healthy_threshold.to_string()),
        xml::element("UnhealthyThresholdCount", &check.unhealthy_threshold.to_string()),
        xml::element("TargetType", &group.target_type),
        xml::around("LoadBalancerArns", &arns.map(|arn| xml::element("member", arn)).collect::<String>()),
    ]
    .concat()
}

/// `DescribeTargetGroupAttributes`.
pub(super) fn describe_target_group_attributes(call: &Call, world: &World) -> Result<String, Refusal> {
    let group = group_of(call, world)?;
    let attributes = group.attributes.iter();
    let attributes = attributes.map(|(key, value)| xml::element("Key", key) + &xml::element("Value", value));
    Ok(xml::query_answer(Service::ElbV2, call.action(), &xml::list("Attributes", "member", attributes)))
}

fn group_of<'a>(call: &Call, world: &'a World) -> Result<&'a TargetGroup, Refusal> {
    let arn = call.get("TargetGroupArn").unwrap_or_default();
    world.target_groups.values().find(|group| group.arn == arn).ok_or_else(not_found)
}

/// `DescribeTargetHealth`. It has no pages.
pub(super) fn describe_target_health(call: &Call, world: &World) -> Result<String, Refusal> {
    let group = group_of(call, world)?;
    let wanted = targets_of(call, group.port);
    let described: Vec<_> = match wanted.is_empty() {
        true => group.targets.iter().map(target_health).collect(),
        false => wanted.iter().map(|(id, port)| target_health(&known_or_unused(group, id, *port))).collect(),
    };
    let result = xml::list("TargetHealthDescriptions", "member", described.into_iter());
    Ok(xml::query_answer(Service::ElbV2, call.action(), &result))
}

/// The targets that a request names; those without a port have the port of the group.
pub(super) fn targets_of(call: &Call, default_port: u16) -> Vec<(&str, u16)> {
    let port = |place| call.get(&format!("Targets.member.{place}.Port")).and_then(|port| port.parse().ok());
    let one = |place| {
        let id = call.get(&format!("Targets.member.{place}.Id"))?;
        Some((id, port(place).unwrap_or(default_port)))
    };
    (1..).map_while(one).collect()
}

/// A target that is asked for by name and not registered is `unused`.
fn known_or_unused(group: &TargetGroup, id: &str, port: u16) -> Target {
    let known = group.targets.iter().find(|target| target.id == id && target.port == port);
    known.cloned().unwrap_or_else(|| Target {
        reason: Some("Target.NotRegistered".to_owned()),
        description: Some("Target is not registered to the target group".to_owned()),
        ..Target::new(id, port, "unused")
    })
}

fn target_health(target: &Target) -> String {
    let port = target.port.to_string();
    let health = [
        xml::element("State", &target.state),
        xml::optional("Reason", target.reason.as_deref()),
        xml::optional("Description", target.description.as_deref()),
    ]
    .concat();
    [
        xml::element("HealthCheckPort", &port),
        xml::around("Target", &(xml::element("Id", &target.id) + &xml::element("Port", &port))),
        xml::around("TargetHealth", &health),
    ]
    .concat()
}
