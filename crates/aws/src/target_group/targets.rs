//! Registering and deregistering targets.

use aws_sdk_elasticloadbalancingv2::types::TargetDescription;
use bellwether_core::drain::{Target, TargetGroupArn};

use super::TargetGroups;
use super::session::{Session, alb};
use crate::api_error::ApiError;

/// How many targets are sent at once; the API states no limit of its own, and a request should stay small.
const PER_CALL: usize = 100;

impl TargetGroups {
    /// Registers targets (`RegisterTargets`), any number of them. AWS answers before they get requests, and on some
    /// paths does nothing while a target is still draining: look at [`TargetGroups::health`] afterwards.
    ///
    /// # Errors
    /// When there is none (nothing is sent), the group does not exist, a target does not fit the group, AWS refuses, or
    /// there is no answer. The message says how many are registered when it is a part.
    pub async fn register(&self, group: &TargetGroupArn, targets: &[Target]) -> Result<(), ApiError> {
        check_some(targets, "register")?;
        let session = self.session_of(group).await?;
        for (place, part) in targets.chunks(PER_CALL).enumerate() {
            let sent = session.register(group, part).await;
            sent.map_err(|error| after(place, targets, "registered", error))?;
        }
        Ok(())
    }

    /// Deregisters targets (`DeregisterTargets`), any number of them. AWS answers before requests under way have ended.
    /// A target that was registered with a port of its own is only found with that port; one that is not registered is
    /// no error.
    ///
    /// # Errors
    /// When there is none (nothing is sent), the group does not exist, AWS refuses, or there is no answer. The message
    /// says how many are deregistered when it is a part.
    pub async fn deregister(&self, group: &TargetGroupArn, targets: &[Target]) -> Result<(), ApiError> {
        check_some(targets, "deregister")?;
        let session = self.session_of(group).await?;
        for (place, part) in targets.chunks(PER_CALL).enumerate() {
            let sent = session.deregister(group, part).await;
            sent.map_err(|error| after(place, targets, "deregistered", error))?;
        }
        Ok(())
    }
}

impl Session {
    async fn register(&self, group: &TargetGroupArn, part: &[Target]) -> Result<(), ApiError> {
        let call = self.client.register_targets().target_group_arn(group.as_str());
        let sent = call.set_targets(Some(part.iter().map(described).collect())).send().await;
        sent.map(|_| ()).map_err(self.failed("elasticloadbalancing:RegisterTargets", alb(group)))
    }

    async fn deregister(&self, group: &TargetGroupArn, part: &[Target]) -> Result<(), ApiError> {
        let call = self.client.deregister_targets().target_group_arn(group.as_str());
        let sent = call.set_targets(Some(part.iter().map(described).collect())).send().await;
        sent.map(|_| ()).map_err(self.failed("elasticloadbalancing:DeregisterTargets", alb(group)))
    }
}

fn described(target: &Target) -> TargetDescription {
    TargetDescription::builder()
        .id(target.id())
        .set_port(target.port().map(i32::from))
        .set_availability_zone(target.zone().map(str::to_owned))
        .set_quic_server_id(target.server_id().map(str::to_owned))
        .build()
}

fn check_some(targets: &[Target], what: &str) -> Result<(), ApiError> {
    match targets.is_empty() {
        true => Err(ApiError::invalid(format!("there is no target to {what}"), "give at least one")),
        false => Ok(()),
    }
}

/// An error after some parts: what they have done stays done.
fn after(parts_done: usize, targets: &[Target], done: &str, error: ApiError) -> ApiError {
    match parts_done * PER_CALL {
        0 => error,
        count => ApiError {
            message: format!("{}; the first {count} of {} targets are {done}", error.message, targets.len()),
            ..error
        },
    }
}
