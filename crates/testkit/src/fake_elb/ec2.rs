//! EC2 instances (API 2016-11-15).

use super::call::Call;
use super::paging::page;
use super::refusal::Refusal;
use super::world::{Instance, World};
use super::xml;

/// `DescribeInstances`, by ids and by the filters `tag:KEY`, `tag-key`, `instance-id` and `instance-state-name`; in
/// pages, a reservation for each instance.
pub(super) fn describe_instances(call: &Call, world: &World) -> Result<String, Refusal> {
    let ids = call.list("InstanceId");
    if let Some(unknown) = ids.iter().find(|id| !world.instances.iter().any(|instance| instance.id == **id)) {
        let message = format!("The instance ID '{unknown}' does not exist");
        return Err(Refusal::new(400, "InvalidInstanceID.NotFound", message));
    }
    // Taken apart once: hundreds of values for each of a thousand instances would be what a benchmark measures.
    let filters = call.filters();
    let mut found = Vec::new();
    for instance in &world.instances {
        if (ids.is_empty() || ids.contains(&instance.id.as_str())) && passes(instance, &filters)? {
            found.push(instance);
        }
    }
    let (instances, next) = page(&found, world, call.get("NextToken"), call.get("MaxResults"))?;
    let reservations = instances.iter().map(|instance| reservation(instance, world));
    let result = xml::list("reservationSet", "item", reservations) + &xml::optional("nextToken", next.as_deref());
    Ok(xml::ec2_answer(call.action(), &result))
}

/// Whether all filters hold; values of a filter are alternatives. Wildcards are not played.
fn passes(instance: &Instance, filters: &[(&str, Vec<&str>)]) -> Result<bool, Refusal> {
    for (name, values) in filters {
        let holds = match *name {
            "instance-id" => values.contains(&instance.id.as_str()),
            "instance-state-name" => values.contains(&instance.state.as_str()),
            "tag-key" => values.iter().any(|key| instance.tags.contains_key(*key)),
            _ => {
                let key = name.strip_prefix("tag:").ok_or_else(|| unknown_filter(name))?;
                instance.tags.get(key).is_some_and(|value| values.contains(&value.as_str()))
            }
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

fn unknown_filter(name: &str) -> Refusal {
    Refusal::new(400, "InvalidParameterValue", format!("The filter '{name}' is invalid"))
}

fn reservation(instance: &Instance, world: &World) -> String {
    [
        xml::element("reservationId", "r-0123456789abcdef0"),
        xml::element("ownerId", &world.account),
        "<groupSet/>".to_owned(),
        xml::list("instancesSet", "item", std::iter::once(item(instance, world))),
    ]
    .concat()
}

fn item(instance: &Instance, world: &World) -> String {
    let state = xml::element("code", state_code(&instance.state)) + &xml::element("name", &instance.state);
    let tags = instance.tags.iter().map(|(key, value)| xml::element("key", key) + &xml::element("value", value));
    [
        xml::element("instanceId", &instance.id),
        xml::element("imageId", "ami-0123456789abcdef0"),
        xml::around("instanceState", &state),
        xml::element("instanceType", "t3.micro"),
        xml::around("placement", &xml::element("availabilityZone", &format!("{}a", world.region))),
        xml::optional("privateIpAddress", instance.private_ip.as_deref()),
        xml::list("tagSet", "item", tags),
    ]
    .concat()
}

/// EC2 API reference, `InstanceState`.
fn state_code(name: &str) -> &'static str {
    match name {
        "pending" => "0",
        "running" => "16",
        "shutting-down" => "32",
        "terminated" => "48",
        "stopping" => "64",
        _ => "80",
    }
}
