//! Target groups of application, network and gateway load balancers: `DescribeTargetHealth`, after
//! `DescribeTargetGroups` when the group is given by name.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::TargetHealthDescription;
use bellwether_core::drain::{ArnError, TargetGroupArn};
use bellwether_core::roster::{Health, Roster, RosterError, RosterErrorKind, RosterSource, canonical_address};

use super::{node, unhealthy};
use crate::client::Aws;
use crate::errors::{Asked, from_sdk, invalid};
use crate::service::Service;

/// How a target group is named.
const NAMES: &str = "give arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID, or the group's name";

#[derive(Debug)]
pub(crate) struct TargetGroupRoster {
    pub(crate) aws: Aws,
    pub(crate) target: String,
}

#[async_trait::async_trait]
impl RosterSource for TargetGroupRoster {
    async fn roster(&self) -> Result<Roster, RosterError> {
        let group = format!("alb:{}", self.target);
        let arn = arn_of(&self.target)?;
        let ready = self.aws.ready(arn.as_ref().map(TargetGroupArn::region)).await?;
        let (config, endpoint) = self.aws.sdk_config(Service::ElbV2, &ready).await?;
        let client = Client::new(&config);
        let asked = |action| Asked::new(action, group.as_str(), &ready.region, &endpoint);
        let arn = match arn {
            Some(arn) => arn.into(),
            None => find(&client, &self.target, &asked("elasticloadbalancing:DescribeTargetGroups")).await?,
        };
        let asked = asked("elasticloadbalancing:DescribeTargetHealth");
        let answer = client
            .describe_target_health()
            .target_group_arn(arn)
            .send()
            .await
            .map_err(|error| asked.failed(&from_sdk(&error)))?;
        roster(&group, answer.target_health_descriptions())
    }
}

/// The ARN of a target group; none for one given by name. A group lives in the region its ARN tells, so that is the
/// one to ask whatever else is configured.
pub(super) fn arn_of(target: &str) -> Result<Option<TargetGroupArn>, RosterError> {
    if !target.starts_with("arn:") {
        return Ok(None);
    }
    target.parse().map(Some).map_err(|error: ArnError| invalid(error.to_string(), NAMES))
}

async fn find(client: &Client, name: &str, asked: &Asked) -> Result<String, RosterError> {
    let answer =
        client.describe_target_groups().names(name).send().await.map_err(|error| asked.failed(&from_sdk(&error)))?;
    let arn = answer.target_groups().iter().find_map(|group| group.target_group_arn());
    arn.map(str::to_owned).ok_or_else(|| RosterError {
        kind: RosterErrorKind::NotFound,
        message: format!("there is no target group '{}' in {}", crate::text::shown(name), asked.region),
        remedy: "check the name, the region and the account".to_owned(),
    })
}

fn roster(group: &str, targets: &[TargetHealthDescription]) -> Result<Roster, RosterError> {
    let mut roster = Roster::new();
    for target in targets {
        let id = target.target().and_then(|target| target.id()).unwrap_or_default();
        if id.starts_with("arn:") {
            return Err(invalid(
                format!("{group} holds {}, a function or a load balancer, not a node", crate::text::shown(id)),
                "use a target group of type instance or ip",
            ));
        }
        roster.add(node(group, &canonical_address(id))?, health(target));
    }
    Ok(roster)
}

fn health(target: &TargetHealthDescription) -> Health {
    let health = target.target_health();
    match health.and_then(|health| health.state()).map(|state| state.as_str()) {
        Some("healthy") => Health::Healthy,
        state => unhealthy(
            state.unwrap_or("unknown"),
            health.and_then(|health| health.reason()).map(|reason| reason.as_str()),
            health.and_then(|health| health.description()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_as_an_arn_is_one_or_a_mistake_and_all_else_is_a_name() {
        let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";
        assert_eq!(arn_of(arn).unwrap().unwrap().region(), "eu-west-1");
        assert_eq!(arn_of("web").unwrap(), None);
        for arn in ["arn:", "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/1"] {
            assert_eq!(arn_of(arn).unwrap_err().kind, RosterErrorKind::Invalid, "{arn}");
        }
    }
}
