//! Registering and deregistering targets (API 2015-12-01).

use super::call::{Call, Service};
use super::elbv2::{not_found, targets_of};
use super::group::TargetGroup;
use super::refusal::Refusal;
use super::world::World;
use super::xml;

/// `RegisterTargets`. Without a port the group's is taken.
pub(super) fn register_targets(call: &Call, world: &mut World) -> Result<String, Refusal> {
    let now = world.now;
    let group = group_of(call, world)?;
    let targets = targets_of(call, group.port);
    let fits = |id: &str| match group.target_type.as_str() {
        "instance" => id.starts_with("i-"),
        "ip" => id.parse::<std::net::IpAddr>().is_ok(),
        _ => true,
    };
    if let Some((strange, _)) = targets.iter().find(|(id, _)| !fits(id)) {
        return Err(Refusal::new(400, "InvalidTarget", format!("The following targets are not valid: '{strange}'")));
    }
    for (id, port) in targets {
        group.register(id, port, now);
    }
    Ok(xml::query_answer(Service::ElbV2, call.action(), ""))
}

/// `DeregisterTargets`. Without a port the group's is taken, so that a target with a port of its own stays; one that is
/// not registered is no error.
pub(super) fn deregister_targets(call: &Call, world: &mut World) -> Result<String, Refusal> {
    let now = world.now;
    let group = group_of(call, world)?;
    for (id, port) in targets_of(call, group.port) {
        group.deregister(id, port, now);
    }
    Ok(xml::query_answer(Service::ElbV2, call.action(), ""))
}

fn group_of<'a>(call: &Call, world: &'a mut World) -> Result<&'a mut TargetGroup, Refusal> {
    let arn = call.get("TargetGroupArn").unwrap_or_default();
    world.target_groups.values_mut().find(|group| group.arn == arn).ok_or_else(not_found)
}
