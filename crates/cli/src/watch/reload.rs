//! HUP: the configuration is read again. One that cannot be used changes nothing.

use super::block::{Block, sole_use};
use super::daemon::Daemon;
use super::health::Health;
use super::log::Log;
use super::plan::{Mode, Reload, WatchPlan};
use super::poller::Poller;
use super::sources;
use super::work::Tools;
use crate::failure::Failure;

impl Daemon {
    pub(super) async fn reload(&mut self, reload: Option<&Reload>) {
        let Some(reload) = reload else { return };
        self.manager.reloading();
        let result = match reload() {
            Ok(plan) => self.take(&plan).await,
            Err(failure) => Err(failure),
        };
        match result {
            Ok(()) => self.log.info("the configuration was read again"),
            Err(failure) => {
                self.log.error(&format!("the configuration stays as it was: {}", failure.in_one_line()));
            }
        }
        self.manager.ready();
    }

    /// Everything that can fail comes first.
    async fn take(&mut self, plan: &WatchPlan) -> Result<(), Failure> {
        if plan.memory != self.file.path() {
            return Err(Failure::usage("the state directory is another one").remedy("restart the service for that"));
        }
        let sources = sources::of(plan)?;
        let newly_sole = if self.sole_use.is_none() { sole_use(plan)? } else { None };
        let health = self.health_at(plan).await?;
        let log = Log::open(&plan.log, &self.environment)?;
        if let Some(health) = health {
            self.health = health;
        }
        self.log = log;
        if !self.block.is_as_in(plan) {
            if let Err(problem) = self.block.make_sure(false, &self.log).await {
                self.log.error(&problem);
            }
            self.block = Block::new(plan, &self.environment, &self.log).await;
            self.make_sure_of_block().await;
        }
        self.sole_use = newly_sole.or(self.sole_use.take()).filter(|_| plan.ports.is_some());
        self.policy = plan.policy.clone();
        self.period = plan.poll;
        let tools = Tools::new(plan, &self.environment, &self.log);
        self.restart_poller(Poller::start(sources, plan.poll, self.mode != Mode::Daemon), tools);
        self.keep();
        Ok(())
    }

    /// The listener that the plan wants; none when it is the one that is there.
    async fn health_at(&self, plan: &WatchPlan) -> Result<Option<Option<Health>>, Failure> {
        match plan.health_listen {
            wanted if wanted == self.health.as_ref().map(|health| health.wanted) => Ok(None),
            Some(address) => Ok(Some(Some(Health::start(address, &self.gauges).await?))),
            None => Ok(Some(None)),
        }
    }
}
