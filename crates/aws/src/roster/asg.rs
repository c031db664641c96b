//! Auto Scaling groups: `DescribeAutoScalingGroups`.

use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::Instance;
use bellwether_core::roster::{Health, Roster, RosterError, RosterErrorKind, RosterSource};

use super::{Pages, node, unhealthy};
use crate::client::Aws;
use crate::errors::{Asked, from_sdk};
use crate::service::Service;

#[derive(Debug)]
pub(super) struct AsgRoster {
    pub(super) aws: Aws,
    pub(super) name: String,
}

#[async_trait::async_trait]
impl RosterSource for AsgRoster {
    async fn roster(&self) -> Result<Roster, RosterError> {
        let group = format!("asg:{}", self.name);
        let ready = self.aws.ready(None).await?;
        let (config, endpoint) = self.aws.sdk_config(Service::AutoScaling, &ready).await?;
        let client = Client::new(&config);
        let asked = Asked::new("autoscaling:DescribeAutoScalingGroups", group.as_str(), &ready.region, &endpoint);
        let (mut roster, mut found) = (Roster::new(), false);
        let (mut pages, mut token) = (Pages::default(), None);
        loop {
            let page = client
                .describe_auto_scaling_groups()
                .auto_scaling_group_names(&self.name)
                .set_next_token(token)
                .send()
                .await
                .map_err(|error| asked.failed(&from_sdk(&error)))?;
            found |= !page.auto_scaling_groups().is_empty();
            for instance in page.auto_scaling_groups().iter().flat_map(|group| group.instances()) {
                roster.add(node(&group, instance.instance_id().unwrap_or_default())?, health(instance));
            }
            token = pages.next(&group, page.next_token())?;
            if token.is_none() {
                break;
            }
        }
        if found { Ok(roster) } else { Err(not_found(&self.name, &ready.region)) }
    }
}

/// The API has no error for a name it does not know: it answers with an empty list.
fn not_found(name: &str, region: &str) -> RosterError {
    RosterError {
        kind: RosterErrorKind::NotFound,
        message: format!("there is no Auto Scaling group '{}' in {region}", crate::text::shown(name)),
        remedy: "check the name, the region and the account".to_owned(),
    }
}

fn health(instance: &Instance) -> Health {
    let state = instance.lifecycle_state().map_or("Unknown", |state| state.as_str());
    let checks = instance.health_status().unwrap_or("Unknown");
    match (state, checks) {
        ("InService", "Healthy") => Health::Healthy,
        ("InService", checks) => unhealthy(checks, None, Some("the health checks of the Auto Scaling group fail")),
        (state, checks) => unhealthy(state, None, Some(&format!("health status {checks}"))),
    }
}
