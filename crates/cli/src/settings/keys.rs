//! The keys of the configuration, in one table.

use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::notice::NodeState;
use bellwether_core::watch::Chain;

use super::agent;
use super::watch::{list, poll, ports};
use super::{SHORTEST_LEASE, Settings};

/// A key and how its value, as text, is taken.
pub(super) struct Key {
    /// As a path in the file; in the environment `BELLWETHER_` and the path in capitals, dots as underscores.
    pub(super) path: &'static str,
    pub(super) take: fn(&mut Settings, &str) -> Result<(), String>,
}

/// Every key there is.
pub(super) const KEYS: &[Key] = &[
    Key { path: "node", take: |settings, text| set(&mut settings.node, text.parse().map_err(say)) },
    Key { path: "group", take: |settings, text| set(&mut settings.group, text.parse().map_err(say)) },
    Key { path: "store", take: |settings, text| set(&mut settings.store, text.parse().map_err(say)) },
    Key { path: "timezone", take: |settings, text| set(&mut settings.timezone, Ok(text.to_owned())) },
    Key { path: "once.lease", take: |settings, text| set(&mut settings.lease, lease(text)) },
    Key { path: "once.stagger", take: |settings, text| set(&mut settings.stagger, duration::parse(text).map_err(say)) },
    Key { path: "once.skip_status", take: |settings, text| set(&mut settings.skip_status, status(text)) },
    Key { path: "once.ping", take: |settings, text| set(&mut settings.ping, text.parse().map_err(say)) },
    Key { path: "once.on_failure", take: |settings, text| set(&mut settings.on_failure, text.parse()) },
    Key { path: "once.metrics", take: |settings, text| set(&mut settings.metrics, Ok(text.into())) },
    Key { path: "watch.sources", take: |settings, text| set(&mut settings.watch.sources, list(text)) },
    Key { path: "watch.poll", take: |settings, text| set(&mut settings.watch.poll, poll(text)) },
    Key {
        path: "watch.lead",
        take: |settings, text| set(&mut settings.watch.lead, duration::parse(text).map_err(say)),
    },
    Key { path: "watch.ports", take: |settings, text| set(&mut settings.watch.ports, ports(text)) },
    Key { path: "watch.block", take: |settings, text| set(&mut settings.watch.block, text.parse()) },
    Key { path: "watch.hooks", take: |settings, text| set(&mut settings.watch.hooks, Ok(text.into())) },
    Key {
        path: "watch.hook_timeout",
        take: |settings, text| set(&mut settings.watch.hook_timeout, duration::parse(text).map_err(say)),
    },
    Key { path: "watch.webhook", take: |settings, text| set(&mut settings.watch.webhook, text.parse().map_err(say)) },
    Key {
        path: "watch.webhook_body",
        take: |settings, text| set(&mut settings.watch.webhook_body, text.parse().map_err(say)),
    },
    Key { path: "watch.log", take: |settings, text| set(&mut settings.watch.log, text.parse()) },
    Key {
        path: "watch.health_listen",
        take: |settings, text| set(&mut settings.watch.health_listen, text.parse().map_err(say)),
    },
    Key { path: "watch.on_running", take: |settings, text| on(settings, NodeState::Running, text) },
    Key { path: "watch.on_other", take: |settings, text| on(settings, NodeState::Other, text) },
    Key { path: "watch.on_at_risk", take: |settings, text| on(settings, NodeState::AtRisk, text) },
    Key { path: "watch.on_scheduled", take: |settings, text| on(settings, NodeState::Scheduled, text) },
    Key { path: "watch.on_out_of_service", take: |settings, text| on(settings, NodeState::OutOfService, text) },
    Key { path: "watch.on_draining", take: |settings, text| on(settings, NodeState::Draining, text) },
    Key { path: "watch.on_stopping", take: |settings, text| on(settings, NodeState::Stopping, text) },
    Key { path: "watch.on_terminating", take: |settings, text| on(settings, NodeState::Terminating, text) },
    Key {
        path: "fleet.environment",
        take: |settings, text| set(&mut settings.fleet.environment, text.parse().map_err(say)),
    },
    Key { path: "fleet.transport", take: |settings, text| set(&mut settings.fleet.transport, text.parse()) },
    Key { path: "fleet.ca_file", take: |settings, text| set(&mut settings.fleet.ca_file, Ok(text.into())) },
    Key { path: "fleet.key", take: |settings, text| set(&mut settings.fleet.key, Ok(text.into())) },
    Key { path: "fleet.known_nodes", take: |settings, text| set(&mut settings.fleet.known_nodes, Ok(text.into())) },
    Key { path: "fleet.strict", take: |settings, text| set(&mut settings.fleet.strict, yes_or_no(text)) },
    Key { path: "agent.callers", take: |settings, text| set(&mut settings.agent.callers, Ok(text.into())) },
    Key { path: "agent.policy", take: |settings, text| set(&mut settings.agent.policy, Ok(text.into())) },
    Key { path: "agent.audit", take: |settings, text| set(&mut settings.agent.audit, Ok(text.into())) },
    Key { path: "agent.audit_days", take: |settings, text| set(&mut settings.agent.audit_days, agent::days(text)) },
    Key { path: "agent.facts_files", take: |settings, text| set(&mut settings.agent.facts_files, list(text)) },
    Key {
        path: "agent.facts_directory",
        take: |settings, text| set(&mut settings.agent.facts_directory, Ok(text.into())),
    },
    Key { path: "agent.facter", take: |settings, text| set(&mut settings.agent.facter, Ok(text.to_owned())) },
    Key {
        path: "agent.facts_refresh",
        take: |settings, text| set(&mut settings.agent.facts_refresh, agent::period(text)),
    },
    Key { path: "agent.announce", take: |settings, text| set(&mut settings.agent.announce, agent::period(text)) },
    Key { path: "agent.commands", take: |settings, text| set(&mut settings.agent.commands, agent::commands(text)) },
    Key {
        path: "agent.output_limit",
        take: |settings, text| set(&mut settings.agent.output_limit, agent::output_limit(text)),
    },
    Key {
        path: "agent.longest",
        take: |settings, text| set(&mut settings.agent.longest, duration::parse(text).map_err(say)),
    },
    Key { path: "agent.grace", take: |settings, text| set(&mut settings.agent.grace, text.parse()) },
    Key { path: "agent.log", take: |settings, text| set(&mut settings.agent.log, text.parse()) },
    Key {
        path: "agent.health_listen",
        take: |settings, text| set(&mut settings.agent.health_listen, text.parse().map_err(say)),
    },
    Key { path: "aws.region", take: |settings, text| set(&mut settings.region, Ok(text.to_owned())) },
    Key { path: "aws.profile", take: |settings, text| set(&mut settings.profile, Ok(text.to_owned())) },
    Key { path: "aws.endpoint_url", take: |settings, text| set(&mut settings.endpoint_url, Ok(text.to_owned())) },
    Key {
        path: "aws.timeout",
        take: |settings, text| set(&mut settings.aws_timeout, duration::parse(text).map_err(say)),
    },
    Key { path: "aws.attempts", take: |settings, text| set(&mut settings.aws_attempts, attempts(text)) },
];

/// The environment variable that sets a key.
pub(super) fn variable(path: &str) -> String {
    format!("BELLWETHER_{}", path.to_uppercase().replace('.', "_"))
}

fn set<T>(slot: &mut Option<T>, value: Result<T, String>) -> Result<(), String> {
    *slot = Some(value?);
    Ok(())
}

fn on(settings: &mut Settings, state: NodeState, text: &str) -> Result<(), String> {
    let chain: Chain = text.parse().map_err(say)?;
    settings.watch.reactions.insert(state, chain.0);
    Ok(())
}

fn say(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Reads a lease.
pub(crate) fn lease(text: &str) -> Result<Duration, String> {
    let lease = duration::parse(text).map_err(say)?;
    if lease < SHORTEST_LEASE { Err("a lease must last 1s at least".to_owned()) } else { Ok(lease) }
}

fn status(text: &str) -> Result<u8, String> {
    text.parse().map_err(|_| format!("'{text}' is not an exit status; use a number from 0 to 255"))
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("'{text}' is neither true nor false"))
}

fn attempts(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(attempts @ 1..=10) => Ok(attempts),
        _ => Err(format!("'{text}' is not a number of attempts; use 1 to 10")),
    }
}
