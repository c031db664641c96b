//! Target groups of application, network and gateway load balancers: `DescribeTargetHealth`, after
//! `DescribeTargetGroups` when the group is given by name.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::types::TargetHealthDescription;
use bellwether_core::roster::{Health, Roster, RosterError, RosterErrorKind, RosterSource, canonical_address};

use super::{node, unhealthy};
use crate::client::Aws;
use crate::errors::{Asked, from_sdk, invalid};
use crate::region::looks_like_region;
use crate::service::Service;

#[derive(Debug)]
pub(crate) struct TargetGroupRoster {
    pub(crate) aws: Aws,
    pub(crate) target: String,
}

#[async_trait::async_trait]
impl RosterSource for TargetGroupRoster {
    async fn roster(&self) -> Result<Roster, RosterError> {
        let group = format!("alb:{}", self.target);
        let region = region_of_arn(&self.target)?;
        let ready = self.aws.ready(region).await?;
        let (config, endpoint) = self.aws.sdk_config(Service::ElbV2, &ready).await?;
        let client = Client::new(&config);
        let asked = |action| Asked::new(action, group.as_str(), &ready.region, &endpoint);
        let arn = match region {
            Some(_) => self.target.clone(),
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

/// The region of a target group given by ARN; none for one given by name. A target group lives in one region, so
/// that is the one to ask whatever else is configured.
pub(super) fn region_of_arn(target: &str) -> Result<Option<&str>, RosterError> {
    if !target.starts_with("arn:") {
        return Ok(None);
    }
    let parts: Vec<_> = target.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "elasticloadbalancing", region, _, resource]
            if looks_like_region(region) && resource.starts_with("targetgroup/") =>
        {
            Ok(Some(region))
        }
        _ => Err(invalid(
            format!("'{}' is not the ARN of a target group", crate::text::shown(target)),
            "give arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID, or the group's name",
        )),
    }
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
    fn the_arn_tells_the_region() {
        let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";
        assert_eq!(region_of_arn(arn).unwrap(), Some("eu-west-1"));
        let china = "arn:aws-cn:elasticloadbalancing:cn-north-1:1:targetgroup/a/b";
        assert_eq!(region_of_arn(china).unwrap(), Some("cn-north-1"));
        assert_eq!(region_of_arn("web").unwrap(), None);
    }

    #[test]
    fn other_arns_are_mistakes() {
        for arn in [
            "arn:",
            "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/1",
            "arn:aws:ec2:eu-west-1:1:targetgroup/web/1",
            "arn:aws:elasticloadbalancing:evil.com/:1:targetgroup/web/1",
            "arn:aws:elasticloadbalancing::1:targetgroup/web/1",
        ] {
            let error = region_of_arn(arn).unwrap_err();
            assert_eq!(error.kind, RosterErrorKind::Invalid, "{arn}");
        }
    }
}
