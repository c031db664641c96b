//! The texts that elbadmin prints of load balancers, byte for byte.

use std::collections::BTreeMap;

use bellwether_core::balancer::{InstanceHealth, LoadBalancer};

/// As wide as the lines above and below headings.
const WIDTH: usize = 80;

/// What `get` shows.
pub(super) struct Details {
    pub(super) balancer: LoadBalancer,
    pub(super) health: Vec<InstanceHealth>,
    /// The names of instances, by their ids.
    pub(super) names: BTreeMap<String, String>,
}

/// What `list` prints.
pub(super) fn list(balancers: &[LoadBalancer]) -> String {
    let head = format!("{}\n{}\n", list_row("Name", "DNS Name"), "-".repeat(WIDTH));
    let row = |balancer: &LoadBalancer| list_row(&balancer.name, &balancer.dns_name) + "\n";
    head + &balancers.iter().map(row).collect::<String>()
}

fn list_row(name: &str, dns_name: &str) -> String {
    format!("{name:<20} {dns_name}")
}

impl Details {
    /// What `get` prints.
    pub(super) fn text(&self) -> String {
        let Self { balancer, .. } = self;
        let check = balancer.health_check.as_ref().map(|check| format!("HealthCheck:{}", check.target));
        let mut lines =
            vec!["=".repeat(WIDTH), format!("Name: {}", balancer.name), format!("DNS Name: {}", balancer.dns_name)];
        let of_zone =
            |what: &str, text: &Option<String>| Some(format!("Canonical hosted zone {what}: {}", text.as_ref()?));
        lines.extend(of_zone("name", &balancer.canonical_hosted_zone_name));
        lines.extend(of_zone("name id", &balancer.canonical_hosted_zone_id));
        lines.extend([String::new(), format!("Health Check: {}", check.as_deref().unwrap_or("None")), String::new()]);
        lines.extend(under("Listeners", self.listeners()));
        lines.extend(under("  Zones  ", balancer.zones.clone()));
        lines.extend(under("Instances", self.instances()));
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn listeners(&self) -> Vec<String> {
        let row = |port: &str, instance_port: &str, protocol: &str| format!("{port:<8} {instance_port:<8} {protocol}");
        let described = self.balancer.listeners.iter().map(|described| &described.listener);
        let rows = described.map(|it| row(&it.port.to_string(), &it.instance_port.to_string(), it.protocol.name()));
        std::iter::once(row("IN", "OUT", "PROTO")).chain(rows).collect()
    }

    fn instances(&self) -> Vec<String> {
        let name = |health: &InstanceHealth| self.names.get(&health.id).map_or("", String::as_str);
        let lengths = self.health.iter().map(|health| name(health).chars().count());
        let width = lengths.chain(["NAME".len()]).max().unwrap_or_default() + 2;
        let row = |id: &str, state: &str, name: &str, description: &str| {
            format!("{id:<12} {state:<15} {name:<width$} {description}")
        };
        let rows = self.health.iter().map(|it| row(&it.id, it.state.as_str(), name(it), &it.description));
        std::iter::once(row("ID", "STATE", "NAME", "DESCRIPTION")).chain(rows).collect()
    }
}

/// A section: its heading, and an empty line behind it.
fn under(heading: &str, lines: Vec<String>) -> Vec<String> {
    let head = vec![heading.to_owned(), "-".repeat(heading.len())];
    [head, lines, vec![String::new()]].concat()
}
