//! Lifecycle hooks of Auto Scaling: which one holds this instance, keeping it held, and letting it go.

use std::time::Duration;

use aws_sdk_autoscaling::Client;
use bellwether_core::names::NodeId;

use crate::api_error::{ApiError, ApiErrorKind};
use crate::client::Aws;
use crate::errors::{Asked, Failure, Refusal, from_sdk};
use crate::service::{Endpoint, Service};

/// The heartbeat timeout of a hook for which AWS tells none, and the least it can be.
const LEAST_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest heartbeat timeout (Auto Scaling API reference, `PutLifecycleHook`).
const LARGEST_TIMEOUT: Duration = Duration::from_secs(7_200);

/// Where an instance stands in its Auto Scaling group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// The group's name.
    pub group: String,
    /// The lifecycle state, such as `InService` or `Terminating:Wait`.
    pub state: String,
}

impl GroupMember {
    /// Whether a hook holds the instance back from its end.
    pub fn is_held_at_its_end(&self) -> bool {
        matches!(self.state.as_str(), "Terminating:Wait" | "Warmed:Terminating:Wait")
    }
}

/// A hook that holds instances back from their end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminationHook {
    /// The group's name.
    pub group: String,
    /// The hook's name.
    pub hook: String,
    /// How long it holds without a heartbeat.
    pub timeout: Duration,
}

/// How a lifecycle action ends. An instance that terminates does so with either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LifecycleResult {
    /// What was to be done is done; other hooks are waited for.
    Continue,
    /// It is given up; other hooks are not waited for.
    Abandon,
}

/// What became of a heartbeat or completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LifecycleOutcome {
    /// It was taken.
    Taken,
    /// No hook holds the instance any more: the action was completed before, or has timed out.
    NotHeld,
}

/// The lifecycle hooks of Auto Scaling, asked in the region that is configured or the instance's own.
#[derive(Debug, Clone)]
pub struct Lifecycle {
    aws: Aws,
}

/// A client, and where it asks.
struct Connected {
    client: Client,
    region: String,
    endpoint: Endpoint,
}

impl Lifecycle {
    /// Nothing is asked yet.
    pub fn new(aws: &Aws) -> Self {
        Self { aws: aws.clone() }
    }

    /// Where an instance stands in its group; none when it is in no group.
    ///
    /// # Errors
    /// When AWS refuses or does not answer.
    pub async fn member(&self, instance: &NodeId) -> Result<Option<GroupMember>, ApiError> {
        let connected = self.connect().await?;
        let asked = connected.asked("autoscaling:DescribeAutoScalingInstances", format!("instance {instance}"));
        let request = connected.client.describe_auto_scaling_instances().instance_ids(instance.as_str());
        let answer = request.send().await.map_err(|error| failed(&asked, &from_sdk(&error)))?;
        let own = answer.auto_scaling_instances().iter().find(|found| found.instance_id() == Some(instance.as_str()));
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Ok(own
            .map(|own| GroupMember { group: text(own.auto_scaling_group_name()), state: text(own.lifecycle_state()) }))
    }

    /// The hooks of a group that hold instances back from their end, in order of their names.
    ///
    /// # Errors
    /// When AWS refuses or does not answer.
    pub async fn termination_hooks(&self, group: &str) -> Result<Vec<TerminationHook>, ApiError> {
        let connected = self.connect().await?;
        let asked = connected.asked("autoscaling:DescribeLifecycleHooks", format!("asg:{group}"));
        let request = connected.client.describe_lifecycle_hooks().auto_scaling_group_name(group);
        let answer = request.send().await.map_err(|error| failed(&asked, &from_sdk(&error)))?;
        let hooks = answer.lifecycle_hooks().iter();
        let ends = hooks.filter(|hook| hook.lifecycle_transition() == Some("autoscaling:EC2_INSTANCE_TERMINATING"));
        let mut found: Vec<_> = ends
            .filter_map(|hook| {
                let timeout = timeout(hook.heartbeat_timeout());
                Some(TerminationHook { group: group.to_owned(), hook: hook.lifecycle_hook_name()?.to_owned(), timeout })
            })
            .collect();
        found.sort_by(|one, other| one.hook.cmp(&other.hook));
        Ok(found)
    }

    /// Makes a hook hold an instance for another timeout (`RecordLifecycleActionHeartbeat`).
    ///
    /// # Errors
    /// When AWS refuses or does not answer; not when the hook does not hold the instance any more.
    pub async fn heartbeat(&self, hook: &TerminationHook, instance: &NodeId) -> Result<LifecycleOutcome, ApiError> {
        let connected = self.connect().await?;
        let request = connected.client.record_lifecycle_action_heartbeat();
        let request = request.auto_scaling_group_name(&hook.group).lifecycle_hook_name(&hook.hook);
        let answer = request.instance_id(instance.as_str()).send().await.map_err(|error| from_sdk(&error));
        let asked = connected.asked("autoscaling:RecordLifecycleActionHeartbeat", subject(hook));
        self.outcome(answer.err(), &asked, instance).await
    }

    /// Lets an instance go on its way (`CompleteLifecycleAction`).
    ///
    /// # Errors
    /// When AWS refuses or does not answer; not when the hook does not hold the instance any more.
    pub async fn complete(
        &self,
        hook: &TerminationHook,
        instance: &NodeId,
        result: LifecycleResult,
    ) -> Result<LifecycleOutcome, ApiError> {
        let result = match result {
            LifecycleResult::Continue => "CONTINUE",
            LifecycleResult::Abandon => "ABANDON",
        };
        let connected = self.connect().await?;
        let request = connected.client.complete_lifecycle_action().lifecycle_action_result(result);
        let request = request.auto_scaling_group_name(&hook.group).lifecycle_hook_name(&hook.hook);
        let answer = request.instance_id(instance.as_str()).send().await.map_err(|error| from_sdk(&error));
        let asked = connected.asked("autoscaling:CompleteLifecycleAction", subject(hook));
        self.outcome(answer.err(), &asked, instance).await
    }

    /// An action that is over is refused as an invalid request, like a mistake. Also the second attempt after a lost
    /// answer meets it. Where the instance stands tells which it is.
    async fn outcome(
        &self,
        failure: Option<Failure>,
        asked: &Asked,
        instance: &NodeId,
    ) -> Result<LifecycleOutcome, ApiError> {
        let Some(failure) = failure else { return Ok(LifecycleOutcome::Taken) };
        let error = failed(asked, &failure);
        if error.kind != ApiErrorKind::Invalid {
            return Err(error);
        }
        match self.member(instance).await {
            Ok(member) if !member.as_ref().is_some_and(GroupMember::is_held_at_its_end) => {
                Ok(LifecycleOutcome::NotHeld)
            }
            _ => Err(error),
        }
    }

    async fn connect(&self) -> Result<Connected, ApiError> {
        let ready = self.aws.ready(None).await?;
        let (config, endpoint) = self.aws.sdk_config(Service::AutoScaling, &ready).await?;
        Ok(Connected { client: Client::new(&config), region: ready.region, endpoint })
    }
}

impl Connected {
    fn asked(&self, action: &'static str, subject: String) -> Asked {
        Asked::new(action, subject, &self.region, &self.endpoint)
    }
}

fn subject(hook: &TerminationHook) -> String {
    format!("hook {} of asg:{}", hook.hook, hook.group)
}

fn timeout(seconds: Option<i32>) -> Duration {
    let told = seconds.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
    told.unwrap_or(LEAST_TIMEOUT).clamp(LEAST_TIMEOUT, LARGEST_TIMEOUT)
}

fn failed(asked: &Asked, failure: &Failure) -> ApiError {
    let error = asked.api_error(failure);
    match failure.refusal() {
        Some(Refusal::NotAllowed) => ApiError {
            remedy: format!("allow {} to these credentials; 'bellwether iam watch' prints the policy", asked.action),
            ..error
        },
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_those_that_aws_allows() {
        for (told, seconds) in [(None, 30), (Some(-1), 30), (Some(0), 30), (Some(300), 300), (Some(i32::MAX), 7_200)] {
            assert_eq!(timeout(told), Duration::from_secs(seconds), "{told:?}");
        }
    }

    #[test]
    fn only_a_waiting_end_is_held() {
        for (state, held) in
            [("Terminating:Wait", true), ("Warmed:Terminating:Wait", true), ("Terminating:Proceed", false), ("", false)]
        {
            assert_eq!(GroupMember { group: "g".into(), state: state.into() }.is_held_at_its_end(), held, "{state}");
        }
    }
}
