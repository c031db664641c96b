//! EC2 instances that carry a tag: `DescribeInstances`, by a signed request.

use bellwether_core::roster::{Health, Roster, RosterError, RosterSource};

use super::{node, unhealthy};
use crate::client::Aws;
use crate::ec2::{Ec2, Instance};

#[derive(Debug)]
pub(super) struct TagRoster {
    pub(super) aws: Aws,
    pub(super) key: String,
    pub(super) value: String,
}

#[async_trait::async_trait]
impl RosterSource for TagRoster {
    async fn roster(&self) -> Result<Roster, RosterError> {
        let group = format!("tag:{}={}", self.key, self.value);
        let ec2 = Ec2::open(&self.aws, None).await?;
        let answer = ec2.instances(&format!("tag:{}", self.key), &[&literal(&self.value)]).await;
        let instances =
            answer.map_err(|failure| ec2.asked("ec2:DescribeInstances", group.as_str()).failed(&failure))?;
        let mut roster = Roster::new();
        for instance in instances {
            if let Some(health) = health(&instance) {
                roster.add(node(&group, &instance.id)?, health);
            }
        }
        Ok(roster)
    }
}

/// None for an instance that is no more.
fn health(instance: &Instance) -> Option<Health> {
    match instance.state.as_str() {
        "running" => Some(Health::Healthy),
        "terminated" => None,
        "" => Some(unhealthy("unknown", None, Some(&instance.reason))),
        other => Some(unhealthy(other, None, Some(&instance.reason))),
    }
}

/// Filters take `*` and `?` for wildcards; a tag's value is meant as it is written.
fn literal(value: &str) -> String {
    let mut literal = String::with_capacity(value.len());
    for character in value.chars() {
        if matches!(character, '*' | '?' | '\\') {
            literal.push('\\');
        }
        literal.push(character);
    }
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_instances_are_healthy_and_terminated_ones_gone() {
        let health =
            |state: &str| health(&Instance { id: "i-1".to_owned(), state: state.to_owned(), ..Instance::default() });
        assert_eq!((health("running"), health("terminated")), (Some(Health::Healthy), None));
        for (state, told) in [("stopped", "stopped"), ("", "unknown")] {
            assert!(matches!(health(state), Some(Health::Unhealthy { state, .. }) if state == told), "{state}");
        }
    }

    #[test]
    fn wildcards_are_taken_literally() {
        assert_eq!(literal("web-1"), "web-1");
        assert_eq!(literal(r"a*b?c\d"), r"a\*b\?c\\d");
    }
}
