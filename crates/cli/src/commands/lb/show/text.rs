//! A load balancer for people to read.

use bellwether_core::balancer::{BackendServer, InstanceHealth, InstanceState, LoadBalancer, Tag, written_attributes};

use super::super::health_check;
use super::super::list::ports;
use super::details::Details;
use crate::render::fields::{fields, indented};
use crate::render::table::{Text, Tone, printable, table};

pub(super) fn in_words(details: &Details, colour: bool) -> String {
    let mut parts = vec![format!("{}\n{}", printable(&details.balancer.name), indented(&facts(details)))];
    parts.extend(listeners(&details.balancer, colour));
    parts.extend(instances(details, colour));
    let separator = "\n";
    parts.join(separator)
}

fn facts(details: &Details) -> String {
    let Details { balancer, attributes, tags, .. } = details;
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let attributes: Vec<_> =
        written_attributes(attributes).iter().map(|(key, value)| format!("{key}={value}")).collect();
    let tags: Vec<_> = tags.iter().map(Tag::to_string).collect();
    fields(&[
        ("DNS name", balancer.dns_name.clone()),
        ("Hosted zone", some(&balancer.canonical_hosted_zone_id)),
        ("Scheme", some(&balancer.scheme)),
        ("Created", balancer.created.map(|created| created.to_string()).unwrap_or_default()),
        ("VPC", some(&balancer.vpc)),
        ("Zones", balancer.zones.join(", ")),
        ("Subnets", balancer.subnets.join(", ")),
        ("Security groups", balancer.security_groups.join(", ")),
        ("Health check", balancer.health_check.as_ref().map(health_check::in_words).unwrap_or_default()),
        ("Attributes", attributes.join(" ")),
        ("Instance ports", balancer.backend_servers.iter().map(backend).collect::<Vec<_>>().join(", ")),
        ("Tags", tags.join(", ")),
    ])
}

/// A port of the instances that has policies.
fn backend(server: &BackendServer) -> String {
    format!("{} has {}", server.port, server.policies.join(" "))
}

fn listeners(balancer: &LoadBalancer, colour: bool) -> Option<String> {
    let rows: Vec<[Text; 3]> = balancer
        .listeners
        .iter()
        .map(|described| {
            let certificate = described.listener.certificate.clone().unwrap_or_default();
            [ports(&described.listener).into(), described.policies.join(" ").into(), certificate.into()]
        })
        .collect();
    let some = !rows.is_empty();
    some.then(|| indented(&table(["LISTENER", "POLICIES", "CERTIFICATE"], rows, colour)))
}

fn instances(details: &Details, colour: bool) -> Option<String> {
    let known = details.instance_health.iter().map(known);
    let gone = details
        .balancer
        .instances
        .iter()
        .filter(|id| details.instance_health.iter().all(|health| health.id != **id))
        .map(|id| gone(id));
    let rows: Vec<[Text; 3]> = known.chain(gone).collect();
    let some = !rows.is_empty();
    some.then(|| indented(&table(["INSTANCE", "STATE", "REASON"], rows, colour)))
}

fn known(health: &InstanceHealth) -> [Text; 3] {
    let tone = match health.state {
        InstanceState::InService => Tone::Good,
        InstanceState::OutOfService => Tone::Bad,
        InstanceState::Unknown | InstanceState::Other(_) => Tone::Doubtful,
    };
    let description = if health.description == "N/A" { "" } else { health.description.as_str() };
    let reason = [description, &health.explanation()].join(" ");
    [health.id.as_str().into(), Text::toned(health.state.as_str(), tone), reason.trim().into()]
}

/// Registered, and left out of the answer about health: AWS does so with instances that have been terminated.
fn gone(id: &str) -> [Text; 3] {
    let reason = "AWS says nothing about it, as about terminated instances; deregister it if it is gone.";
    [id.into(), Text::toned("-", Tone::Doubtful), reason.into()]
}
