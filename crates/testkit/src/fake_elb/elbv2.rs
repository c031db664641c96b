//! Target groups (API 2015-12-01).

use super::call::{Call, Service};
use super::paging::page;
use super::refusal::Refusal;
use super::world::{Target, TargetGroup, World};
use super::xml;

fn not_found() -> Refusal {
    Refusal::new(400, "TargetGroupNotFound", "One or more target groups not found")
}

/// `DescribeTargetGroups`, of all or by names or ARNs; in pages.
pub(super) fn describe_target_groups(call: &Call, world: &World) -> Result<String, Refusal> {
    let (names, arns) = (call.list("Names.member"), call.list("TargetGroupArns.member"));
    let found: Vec<_> = world
        .target_groups
        .iter()
        .filter(|(name, group)| {
            (names.is_empty() || names.contains(&name.as_str()))
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
    [
        xml::element("TargetGroupArn", &group.arn),
        xml::element("TargetGroupName", name),
        xml::element("Protocol", "HTTP"),
        xml::element("Port", "80"),
        xml::element("VpcId", "vpc-0123456789abcdef0"),
        xml::element("HealthCheckProtocol", "HTTP"),
        xml::element("HealthCheckPort", "traffic-port"),
        xml::element("HealthCheckEnabled", "true"),
        xml::element("HealthCheckIntervalSeconds", "30"),
        xml::element("TargetType", &group.target_type),
        "<LoadBalancerArns/>".to_owned(),
    ]
    .concat()
}

/// `DescribeTargetHealth`. It has no pages.
pub(super) fn describe_target_health(call: &Call, world: &World) -> Result<String, Refusal> {
    let arn = call.get("TargetGroupArn").unwrap_or_default();
    let group = world.target_groups.values().find(|group| group.arn == arn).ok_or_else(not_found)?;
    let result = xml::list("TargetHealthDescriptions", "member", group.targets.iter().map(target_health));
    Ok(xml::query_answer(Service::ElbV2, call.action(), &result))
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
