//! Letting Auto Scaling go on with the termination.

use std::time::Duration;

use bellwether_aws::{ApiError, Lifecycle, LifecycleResult};
use bellwether_core::names::NodeId;
use bellwether_core::watch::Completion;
use bellwether_host::clock;

use super::super::work::{GiveUp, Tools};
use crate::failure::Failure;

/// How long it is tried, and how long an instance may take to get from its last state to the hook.
const PATIENCE: Duration = Duration::from_secs(120);
/// From one try to the next.
const PAUSE: Duration = Duration::from_secs(5);

pub(in super::super) async fn complete(tools: &Tools, how: Completion, mut give_up: GiveUp) -> Result<(), String> {
    let instance = tools.identity().await?.id;
    let lifecycle = Lifecycle::new(&tools.aws);
    let end = clock::mono() + PATIENCE;
    loop {
        let last = match once(&lifecycle, &instance, how).await {
            Ok(Progress::Done) => return Ok(()),
            Ok(Progress::NotYet) => "the instance is terminating, but no hook holds it yet".to_owned(),
            Err(error) => Failure::from(error).in_one_line(),
        };
        if clock::mono() >= end {
            return Err(last);
        }
        tokio::select! {
            () = clock::sleep_until(clock::mono() + PAUSE) => {}
            () = give_up.told() => return Err(format!("given up: {last}")),
        }
    }
}

enum Progress {
    Done,
    NotYet,
}

/// An instance that no hook holds has nothing to complete: it is in no group, or the action is over.
async fn once(lifecycle: &Lifecycle, instance: &NodeId, how: Completion) -> Result<Progress, ApiError> {
    let Some(member) = lifecycle.member(instance).await? else { return Ok(Progress::Done) };
    if !member.is_held_at_its_end() {
        let is_coming = matches!(member.state.as_str(), "Terminating" | "Warmed:Terminating");
        return Ok(if is_coming { Progress::NotYet } else { Progress::Done });
    }
    let result = match how {
        Completion::Continue => LifecycleResult::Continue,
        Completion::Abandon => LifecycleResult::Abandon,
    };
    for hook in lifecycle.termination_hooks(&member.group).await? {
        lifecycle.complete(&hook, instance, result).await?;
    }
    Ok(Progress::Done)
}
