//! Classic load balancers: `DescribeInstanceHealth`.

use aws_sdk_elasticloadbalancing::Client;
use aws_sdk_elasticloadbalancing::types::InstanceState;
use bellwether_core::roster::{Health, Roster, RosterError, RosterSource};

use super::{node, unhealthy};
use crate::client::Aws;
use crate::errors::{Asked, from_sdk};
use crate::service::Service;

#[derive(Debug)]
pub(super) struct ElbRoster {
    pub(super) aws: Aws,
    pub(super) name: String,
}

#[async_trait::async_trait]
impl RosterSource for ElbRoster {
    async fn roster(&self) -> Result<Roster, RosterError> {
        let group = format!("elb:{}", self.name);
        let mut roster = Roster::new();
        for state in instance_states(&self.aws, &self.name).await? {
            roster.add(node(&group, state.instance_id().unwrap_or_default())?, health(&state));
        }
        Ok(roster)
    }
}

/// What a load balancer says of each of its instances, in its own words.
pub(crate) async fn instance_states(aws: &Aws, name: &str) -> Result<Vec<InstanceState>, RosterError> {
    let ready = aws.ready(None).await?;
    let (config, endpoint) = aws.sdk_config(Service::Elb, &ready).await?;
    let action = "elasticloadbalancing:DescribeInstanceHealth";
    let asked = Asked::new(action, format!("elb:{name}"), &ready.region, &endpoint);
    let answer = Client::new(&config)
        .describe_instance_health()
        .load_balancer_name(name)
        .send()
        .await
        .map_err(|error| asked.failed(&from_sdk(&error)))?;
    Ok(answer.instance_states.unwrap_or_default())
}

fn health(instance: &InstanceState) -> Health {
    match instance.state() {
        Some("InService") => Health::Healthy,
        state => unhealthy(state.unwrap_or("Unknown"), instance.reason_code(), instance.description()),
    }
}
