//! The firewall: looked at again and again, since others may flush the rules of the whole host.

use bellwether_aws::CloneSquadStatus;
use bellwether_core::environment::Environment;
use bellwether_core::notice::clonesquad::{self, Closed};
use bellwether_core::time::Mono;
use bellwether_host::clock;
use bellwether_host::firewall::{Firewall, NotSole, Outcome, Ports, SoleUse};

use super::log::Log;
use super::plan::{BlockRule, WatchPlan};
use crate::failure::Failure;

/// The ports that are blocked at times.
pub(super) struct Block {
    ports: Option<Ports>,
    rule: BlockRule,
    firewall: Option<Firewall>,
    environment: Environment,
    /// What CloneSquad's rule said last.
    decided: Option<Decision>,
    /// What was made sure of last, and when.
    made_sure: Option<(bool, Mono)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    NotManaged,
    Rule(clonesquad::Firewall),
}

impl Block {
    /// Finds out how this host can block ports. Where it cannot, that is said, and everything else goes on.
    pub(super) async fn new(plan: &WatchPlan, environment: &Environment, log: &Log) -> Self {
        let mut block = Self {
            ports: plan.ports.clone(),
            rule: plan.block,
            firewall: None,
            environment: environment.clone(),
            decided: None,
            made_sure: None,
        };
        if block.ports.is_some() {
            block.detect(log).await;
        }
        block
    }

    async fn detect(&mut self, log: &Log) {
        match Firewall::detect(&self.environment).await {
            Ok(firewall) => {
                log.debug(&format!("ports are blocked with {}", firewall.backend()));
                self.firewall = Some(firewall);
            }
            Err(error) => log.warning(&error.to_string()),
        }
    }

    /// Whether another plan wants the same of the firewall.
    pub(super) fn is_as_in(&self, plan: &WatchPlan) -> bool {
        self.ports == plan.ports && self.rule == plan.block
    }

    /// What CloneSquad's rule decides; none where something else decides.
    pub(super) fn decide(&mut self, status: &CloneSquadStatus, log: &Log) -> Option<bool> {
        if self.rule != BlockRule::CloneSquad {
            return None;
        }
        let decision = match status {
            CloneSquadStatus::NotManaged => Decision::NotManaged,
            CloneSquadStatus::Managed { metadata, tags } => {
                Decision::Rule(clonesquad::firewall(metadata, tags, false, None))
            }
        };
        if self.decided.replace(decision) != Some(decision) && self.ports.is_some() {
            tell(decision, log);
        }
        Some(matches!(decision, Decision::Rule(clonesquad::Firewall::Closed(_))))
    }

    /// Whether it was made sure of this since `since`.
    pub(super) fn was_made_sure(&self, blocks: bool, since: Mono) -> bool {
        self.ports.is_none() || self.made_sure.is_some_and(|(made, at)| made == blocks && at >= since)
    }

    /// Makes it so that new connections to the ports are refused, or not. Gives what went wrong.
    ///
    /// # Errors
    /// When the firewall cannot be changed; it is tried again.
    pub(super) async fn make_sure(&mut self, blocks: bool, log: &Log) -> Result<(), String> {
        let Some(ports) = self.ports.clone() else { return Ok(()) };
        let changes = self.made_sure.is_none_or(|(made, _)| made != blocks);
        self.made_sure = Some((blocks, clock::mono()));
        if self.firewall.is_none() && changes && blocks {
            self.detect(log).await;
        }
        let Some(firewall) = &mut self.firewall else {
            return if blocks { Err("this host cannot block ports, as was said".to_owned()) } else { Ok(()) };
        };
        match firewall.reconcile(blocks.then_some(&ports)).await {
            Ok(Outcome::Unchanged) => {}
            Ok(Outcome::Installed) => log.info(&format!("new connections to ports {ports} are refused")),
            Ok(Outcome::Repaired) => log.warning(&format!(
                "new connections to ports {ports} are refused again: another program had changed our rules"
            )),
            Ok(Outcome::Removed) => log.info(&format!("new connections to ports {ports} are let in again")),
            Err(error) => return Err(error.to_string()),
        }
        Ok(())
    }

    /// What would be done, for people.
    pub(super) fn described(&self) -> String {
        let Some(ports) = &self.ports else { return "no ports are configured".to_owned() };
        match &self.firewall {
            None => format!("ports {ports}, which this host cannot block"),
            Some(firewall) => format!("ports {ports} with {}", firewall.backend()),
        }
    }
}

/// Keeps other programs of ours from changing the firewall, where the plan names ports. The directory of the memory must
/// be there.
///
/// # Errors
/// When one changes it already.
pub(super) fn sole_use(plan: &WatchPlan) -> Result<Option<SoleUse>, Failure> {
    if plan.ports.is_none() {
        return Ok(None);
    }
    let directory = plan.memory.parent().unwrap_or(std::path::Path::new("."));
    let taken = SoleUse::take(directory, "bellwether watch");
    taken.map(Some).map_err(|error| match error {
        NotSole::Taken { .. } => Failure::unavailable(error.to_string()),
        NotSole::File(_) => Failure::unavailable(error.to_string())
            .remedy("name another state directory with XDG_STATE_HOME, or run as root"),
    })
}

fn tell(decision: Decision, log: &Log) {
    match decision {
        Decision::NotManaged => log.info("this instance is not managed by CloneSquad: no port is blocked"),
        Decision::Rule(clonesquad::Firewall::Open) => log.debug("ports are open"),
        Decision::Rule(clonesquad::Firewall::Closed(Closed::State)) => {
            log.debug("ports are closed by the state of the instance");
        }
        Decision::Rule(clonesquad::Firewall::Closed(Closed::Excluded)) => {
            log.info("ports are closed: the instance is excluded");
        }
        Decision::Rule(clonesquad::Firewall::LeftToTargetGroups) => {
            log.warning("the fleet has target groups, which drain by themselves: no port is blocked");
        }
    }
}
