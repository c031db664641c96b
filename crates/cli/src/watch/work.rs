//! Carries out one step of a reaction. It is told when the step makes no sense any more, and ends as soon as it can.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use bellwether_aws::Aws;
use bellwether_core::environment::Environment;
use bellwether_core::names::NodeId;
use bellwether_core::watch::{Occasion, Reaction, Step, Template, WebhookUrl};
use jiff::Timestamp;
use tokio::sync::watch;

use super::log::Log;
use super::plan::{HooksPlan, WatchPlan};
use super::steps::{complete, drain, hooks, settle, webhook};
use crate::failure::Failure;
use crate::wiring::identity;

/// What steps are carried out with.
pub(super) struct Tools {
    pub(super) aws: Aws,
    pub(super) node: Option<NodeId>,
    pub(super) hooks: HooksPlan,
    pub(super) webhook: Option<(WebhookUrl, Template)>,
    pub(super) environment: Environment,
    /// The directory of the journals of drains, as `lb drain` has it.
    pub(super) journals: PathBuf,
    pub(super) log: Log,
}

impl Tools {
    pub(super) fn new(plan: &WatchPlan, environment: &Environment, log: &Log) -> Arc<Self> {
        Arc::new(Self {
            aws: plan.aws.clone(),
            node: plan.node.clone(),
            hooks: plan.hooks.clone(),
            webhook: plan.webhook.clone(),
            environment: environment.clone(),
            journals: plan.memory.with_file_name("drain"),
            log: log.clone(),
        })
    }

    /// Who this node is.
    ///
    /// # Errors
    /// When it cannot be found out, and what to do.
    pub(super) async fn identity(&self) -> Result<bellwether_core::roster::Identity, String> {
        let found = identity::of_instance(&self.aws, self.node.clone()).await;
        found.map_err(|error| Failure::from(error).in_one_line())
    }
}

/// A step that is being carried out.
pub(super) struct Work {
    pub(super) step: Step,
    /// Whether the journal does not wait for it any more.
    pub(super) orphaned: bool,
    future: Pin<Box<dyn Future<Output = Result<(), String>>>>,
    give_up: watch::Sender<bool>,
}

/// Tells a step when it is to be given up.
#[derive(Clone)]
pub(super) struct GiveUp(watch::Receiver<bool>);

impl GiveUp {
    /// Waits until the step is to be given up. Cancel-safe.
    pub(super) async fn told(&mut self) {
        // A sender that is gone has given up as well.
        let _ = self.0.wait_for(|told| *told).await;
    }
}

impl Work {
    /// Begins a step, of which `began` tells when it was begun for the first time.
    pub(super) fn begin(step: Step, occasion: &Occasion, began: Timestamp, tools: &Arc<Tools>) -> Self {
        let (give_up, told) = watch::channel(false);
        let (occasion, tools, told) = (occasion.clone(), Arc::clone(tools), GiveUp(told));
        let future = Box::pin(carry_out(step, occasion, began, tools, told));
        Self { step, orphaned: false, future, give_up }
    }

    /// Tells the step to end; it is still to be waited for.
    pub(super) fn give_up(&mut self) {
        self.give_up.send_replace(true);
    }

    /// Waits until the step has ended. Cancel-safe; not to be called again after that.
    pub(super) async fn ended(&mut self) -> Result<(), String> {
        self.future.as_mut().await
    }
}

async fn carry_out(
    step: Step,
    occasion: Occasion,
    began: Timestamp,
    tools: Arc<Tools>,
    give_up: GiveUp,
) -> Result<(), String> {
    match step {
        Step::PutBack => drain::put_back(&tools, give_up).await,
        Step::React(Reaction::Settle(length)) => settle::wait(length, began, give_up).await,
        Step::React(Reaction::Deregister) => drain::take_out(&tools, occasion.deadline, give_up).await,
        Step::React(Reaction::Hooks) => hooks::run(&tools, &occasion).await,
        Step::React(Reaction::Webhook) => webhook::tell(&tools, &occasion, give_up).await,
        Step::React(Reaction::CompleteLifecycle(how)) => complete::complete(&tools, how, give_up).await,
        // The loop blocks ports itself: they are looked at again long after this step.
        Step::React(Reaction::BlockPorts) => Ok(()),
    }
}
