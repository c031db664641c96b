//! Holds up Auto Scaling by heartbeats while reactions are under way that end with `complete-lifecycle`.

use std::sync::Arc;
use std::time::Duration;

use bellwether_aws::{ApiError, Lifecycle, LifecycleOutcome, TerminationHook};
use bellwether_core::names::NodeId;
use bellwether_core::notice::{Heartbeats, NextHeartbeat};
use bellwether_core::time::Mono;
use bellwether_host::clock;
use futures_util::future::join_all;
use tokio::task::JoinSet;

use super::work::Tools;
use crate::failure::Failure;

/// From one look for a hook that holds the instance to the next.
const LOOKS: Duration = Duration::from_secs(10);
/// From a heartbeat that failed to the next.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Sends heartbeats from its making until it is dropped.
pub(super) struct Keeper {
    _task: JoinSet<()>,
}

impl Keeper {
    pub(super) fn start(tools: &Arc<Tools>) -> Self {
        let tools = Arc::clone(tools);
        let mut task = JoinSet::new();
        task.spawn(async move { keep(&tools).await });
        Self { _task: task }
    }
}

async fn keep(tools: &Tools) {
    let lifecycle = Lifecycle::new(&tools.aws);
    let mut said = None;
    loop {
        match holding(tools, &lifecycle).await {
            Ok((instance, hooks)) if !hooks.is_empty() => return beat(tools, &lifecycle, &instance, hooks).await,
            Ok(_) => {}
            Err(error) => {
                let text = format!("cannot look for lifecycle hooks: {error}");
                if said.as_ref() != Some(&text) {
                    tools.log.warning(&text);
                    said = Some(text);
                }
            }
        }
        clock::sleep_until(clock::mono() + LOOKS).await;
    }
}

/// The hooks that hold this instance; none while it is not held.
async fn holding(tools: &Tools, lifecycle: &Lifecycle) -> Result<(NodeId, Vec<TerminationHook>), String> {
    let say = |error: ApiError| Failure::from(error).in_one_line();
    let instance = tools.identity().await?.id;
    let hooks = match lifecycle.member(&instance).await.map_err(say)? {
        Some(member) if member.is_held_at_its_end() => lifecycle.termination_hooks(&member.group).await.map_err(say)?,
        _ => Vec::new(),
    };
    Ok((instance, hooks))
}

/// All hooks of an instance are held up alike, each in its own time.
async fn beat(tools: &Tools, lifecycle: &Lifecycle, instance: &NodeId, hooks: Vec<TerminationHook>) {
    let began = clock::mono();
    join_all(hooks.iter().map(|hook| beat_for(tools, lifecycle, instance, hook, began))).await;
}

async fn beat_for(tools: &Tools, lifecycle: &Lifecycle, instance: &NodeId, hook: &TerminationHook, began: Mono) {
    let beats = Heartbeats::new(began, hook.timeout);
    tools.log.info(&format!("lifecycle hook {} holds this instance; it is kept by heartbeats", hook.hook));
    let mut last = None;
    let mut at_once = true;
    loop {
        let sent = clock::mono();
        let due = match beats.next(last, sent) {
            NextHeartbeat::EndsAt(_) => {
                return tools.log.warning(&format!("lifecycle hook {} cannot be kept any longer", hook.hook));
            }
            NextHeartbeat::SendAt(_) if at_once => sent,
            NextHeartbeat::SendAt(due) => due.max(sent),
        };
        clock::sleep_until(due).await;
        let sent = clock::mono();
        match lifecycle.heartbeat(hook, instance).await {
            Ok(LifecycleOutcome::Taken) => (last, at_once) = (Some(sent), false),
            Ok(LifecycleOutcome::NotHeld) => return,
            Err(error) => {
                let why = Failure::from(error).in_one_line();
                tools.log.warning(&format!("no heartbeat for hook {}: {why}", hook.hook));
                clock::sleep_until(clock::mono() + AFTER_FAILURE).await;
            }
        }
    }
}
