//! The ports that are closed to new connections, or open.

use std::sync::Arc;

use bellwether_core::environment::Environment;
use bellwether_host::firewall::{Firewall, NotSole, Outcome, Ports, SoleUse};
use bellwether_host::paths;

use crate::dropins::cs_instance_watcher::NAME;
use crate::dropins::cs_instance_watcher::log::Log;

/// The gate in front of some ports.
pub(super) struct Gate {
    environment: Environment,
    ports: Option<Ports>,
    log: Arc<Log>,
    turn: Turn,
    /// None until it is found; it is looked for again each time it is needed.
    firewall: Option<Firewall>,
    /// Whether the chain that CloneSquad's own watcher may have left is dealt with.
    is_clean: bool,
    /// The trouble that was logged last, so that it is not logged at each poll.
    trouble: Option<String>,
}

/// Whether the firewall is ours to change.
enum Turn {
    /// No other program of ours changes it while this is held.
    Ours { _sole: SoleUse },
    /// Nothing can be locked here; nobody is known to change it either.
    Unknown,
    /// We have no ports to block, others may have.
    LeftToOthers,
}

impl Gate {
    /// Takes the firewall where there are ports to block.
    ///
    /// # Errors
    /// When there are, and another program of ours has it.
    pub(super) fn new(environment: &Environment, ports: Option<Ports>, log: &Arc<Log>) -> Result<Self, String> {
        let directory = paths::state_dir(environment, paths::is_root());
        let turn = match directory.map(|directory| SoleUse::take(&directory, NAME)) {
            Some(Ok(sole)) => Turn::Ours { _sole: sole },
            Some(Err(taken @ NotSole::Taken { .. })) if ports.is_some() => return Err(taken.to_string()),
            Some(Err(NotSole::Taken { .. })) => Turn::LeftToOthers,
            // That there is no place for files is said by the memory.
            Some(Err(NotSole::File(_))) | None => Turn::Unknown,
        };
        Ok(Self {
            environment: environment.clone(),
            ports,
            turn,
            log: Arc::clone(log),
            firewall: None,
            is_clean: false,
            trouble: None,
        })
    }

    /// Says at the start what will not work. Without ports nothing of ours must be there, whatever the state.
    pub(super) async fn prepare(&mut self) {
        if matches!(self.turn, Turn::LeftToOthers) {
            return;
        }
        match self.detected().await {
            Ok(firewall) => self.firewall = Some(firewall),
            Err(trouble) if self.ports.is_some() => self.tell(trouble),
            // Nobody has asked for it.
            Err(_) => {}
        }
        if self.ports.is_none() && self.firewall.is_some() {
            self.reconcile(None, "no port is to be blocked").await;
        }
        if self.ports.is_none() {
            self.turn = Turn::LeftToOthers;
        }
    }

    async fn detected(&self) -> Result<Firewall, String> {
        let detected = Firewall::detect(&self.environment).await;
        detected.map_err(|error| format!("{error}; until then it goes on without"))
    }

    /// Makes sure that new connections are refused.
    pub(super) async fn close(&mut self, why: &str) {
        if let Some(ports) = self.ports.clone() {
            self.reconcile(Some(&ports), why).await;
        }
    }

    /// Makes sure that they are let in.
    pub(super) async fn open(&mut self, why: &str) {
        if self.ports.is_some() {
            self.reconcile(None, why).await;
        }
    }

    async fn reconcile(&mut self, wanted: Option<&Ports>, why: &str) {
        match self.reconciled(wanted).await {
            Ok(outcome) => {
                self.trouble = None;
                self.log_outcome(outcome, why);
            }
            Err(trouble) => self.tell(trouble),
        }
    }

    /// What was left is removed last, so that nothing is open in between.
    async fn reconciled(&mut self, wanted: Option<&Ports>) -> Result<Outcome, String> {
        if self.firewall.is_none() {
            self.firewall = Some(self.detected().await?);
        }
        let Some(firewall) = &mut self.firewall else { return Ok(Outcome::Unchanged) };
        let outcome = firewall.reconcile(wanted).await.map_err(|error| error.to_string())?;
        if !self.is_clean {
            self.is_clean = true;
            match firewall.remove_left_over_chain().await {
                Ok(false) => {}
                Ok(true) => self.log.info("an iptables chain CS-INSTANCE-WATCHER was left from before; it is removed"),
                Err(error) => self.log.warning(&format!("an old iptables chain may be left: {error}")),
            }
        }
        Ok(outcome)
    }

    fn log_outcome(&self, outcome: Outcome, why: &str) {
        let ports = self.ports.as_ref().map(ToString::to_string).unwrap_or_default();
        match outcome {
            Outcome::Unchanged => {}
            Outcome::Installed => self.log.info(&format!("new connections to ports {ports} are refused: {why}")),
            Outcome::Repaired => self.log.warning(&format!(
                "somebody has changed our firewall rules; new connections to ports {ports} are refused again: {why}"
            )),
            Outcome::Removed => self.log.info(&format!("new connections are let in again: {why}")),
        }
    }

    fn tell(&mut self, trouble: String) {
        if self.trouble.as_ref() != Some(&trouble) {
            self.log.warning(&trouble);
            self.trouble = Some(trouble);
        }
    }
}
