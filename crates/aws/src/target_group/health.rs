//! How the targets of a group are.

use aws_sdk_elasticloadbalancingv2::types;
use bellwether_core::drain::{Observation, Target, TargetGroupArn, explain};

use super::TargetGroups;
use super::described::port;
use super::session::{Session, alb};
use crate::api_error::ApiError;
use crate::text::shown;

const ACTION: &str = "elasticloadbalancing:DescribeTargetHealth";

/// How a target is (`DescribeTargetHealth`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetHealth {
    /// The target, with its port, and with its zone unless it is an instance, whose zone cannot be chosen.
    pub target: Target,
    /// The zone that AWS shows for it.
    pub zone: Option<String>,
    /// The port that is checked.
    pub check_port: Option<String>,
    /// How it stands, in AWS's words and in ours.
    pub observation: Observation,
    /// `normal` or `anomalous`, where anomalies are looked for.
    pub anomaly: Option<String>,
}

impl TargetHealth {
    /// What its state means and what can be done, in sentences; empty where there is nothing to explain.
    pub fn explanation(&self) -> String {
        let anomaly = self.anomaly.as_deref().filter(|result| *result != "normal");
        let parts = [explain(&self.observation.reason), anomaly.and_then(explain)];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

impl TargetGroups {
    /// How all targets of a group are, those that are draining included.
    ///
    /// # Errors
    /// When the group does not exist, AWS refuses, or there is no answer.
    pub async fn health(&self, group: &TargetGroupArn) -> Result<Vec<TargetHealth>, ApiError> {
        self.session_of(group).await?.health(group).await
    }
}

impl Session {
    /// Of all targets: asked for single ones, AWS takes an instance that has been terminated for an error.
    pub(super) async fn health(&self, group: &TargetGroupArn) -> Result<Vec<TargetHealth>, ApiError> {
        let answer = self
            .client
            .describe_target_health()
            .target_group_arn(group.as_str())
            .include(types::DescribeTargetHealthInputIncludeEnum::Anomaly)
            .send()
            .await
            .map_err(self.failed(ACTION, alb(group)))?;
        let read = |described| health(described).map_err(self.unreadable(ACTION, alb(group)));
        answer.target_health_descriptions().iter().map(read).collect()
    }
}

fn health(described: &types::TargetHealthDescription) -> Result<TargetHealth, String> {
    let target = described.target().ok_or("a health without a target")?;
    let zone = target.availability_zone().map(shown);
    let said = described.target_health();
    let state = said.and_then(types::TargetHealth::state).map_or("", types::TargetHealthStateEnum::as_str);
    let reason = said.and_then(types::TargetHealth::reason).map_or("", types::TargetHealthReasonEnum::as_str);
    let description = said.and_then(types::TargetHealth::description).unwrap_or_default();
    let anomaly = described.anomaly_detection().and_then(types::AnomalyDetection::result);
    Ok(TargetHealth {
        target: read_target(target).map_err(|error| shown(&error))?,
        zone,
        check_port: described.health_check_port().map(shown),
        observation: Observation::target(&shown(state), &shown(reason), &shown(description)),
        anomaly: anomaly.map(|result| shown(result.as_str())),
    })
}

fn read_target(described: &types::TargetDescription) -> Result<Target, String> {
    let mut target = Target::new(described.id().unwrap_or_default()).map_err(|error| error.to_string())?;
    if let Some(number) = described.port().filter(|number| *number != 0) {
        target = target.at_port(port(number)?).map_err(|error| error.to_string())?;
    }
    if let Some(zone) = described.availability_zone().filter(|_| !target.is_instance()) {
        target = target.in_zone(zone).map_err(|error| error.to_string())?;
    }
    match described.quic_server_id() {
        Some(id) => target.with_server_id(id).map_err(|error| error.to_string()),
        None => Ok(target),
    }
}
