//! The way of iptables, where there is no `nft`.
//!
//! - `rules`: our chain as text, read and written. `-restore` loads it as a whole or not at all, per family.

mod rules;

use crate::child::How;

use super::error::FirewallError;
use super::found::{self, Found};
use super::ports::Ports;
use super::tool::Tool;
use rules::{CHAIN, Rules};

/// How long to wait, in seconds, for another program that changes rules.
const WAIT: &str = "5";
/// The chain of the machine's that leads to ours.
const LIST_INPUT: [&str; 4] = ["-w", WAIT, "-S", "INPUT"];
const LIST_OURS: [&str; 4] = ["-w", WAIT, "-S", CHAIN];
const LOAD: [&str; 3] = ["-w", WAIT, "--noflush"];
/// The status for a chain that is not there, among other things; missing rights, locks and wrong arguments have others.
const NOT_FOUND: How = How::Exited(1);

/// Uses `iptables` and, where the machine has IPv6, `ip6tables`.
#[derive(Debug)]
pub(super) struct Iptables {
    ipv4: Family,
    ipv6: Option<Family>,
}

/// The programs of one of the two.
#[derive(Debug)]
pub(super) struct Family {
    list: Tool,
    restore: Tool,
}

impl Iptables {
    pub(super) fn new(ipv4: Family, ipv6: Option<Family>) -> Self {
        Self { ipv4, ipv6 }
    }

    /// What is there of our chain.
    pub(super) async fn found(&self) -> Result<Found, FirewallError> {
        let ipv4 = self.ipv4.rules().await?.found();
        match &self.ipv6 {
            Some(ipv6) => Ok(found::in_both(ipv4, ipv6.rules().await?.found())),
            None => Ok(ipv4),
        }
    }

    /// Makes or replaces our chain.
    pub(super) async fn install(&self, ports: &Ports) -> Result<(), FirewallError> {
        for family in self.families() {
            family.load(&family.rules().await?.installing(ports)).await?;
        }
        Ok(())
    }

    /// Removes our chain. The families do not wait for each other: each that can be opened again is.
    pub(super) async fn remove(&self) -> Result<(), FirewallError> {
        let mut first_failure = Ok(());
        for family in self.families() {
            first_failure = first_failure.and(family.remove().await);
        }
        first_failure
    }

    /// What would be loaded where there is nothing yet, or what would remove it.
    pub(super) fn text(&self, wanted: Option<&Ports>) -> String {
        let text = match wanted {
            Some(ports) => Rules::none().installing(ports),
            None => Rules::of_one_jump().removing(),
        };
        self.families().map(|family| format!("# {}\n{text}", family.restore.command(&LOAD))).collect()
    }

    fn families(&self) -> impl Iterator<Item = &Family> {
        std::iter::once(&self.ipv4).chain(&self.ipv6)
    }
}

impl Family {
    pub(super) fn new(list: Tool, restore: Tool) -> Self {
        Self { list, restore }
    }

    async fn rules(&self) -> Result<Rules, FirewallError> {
        let input = self.list.run(&LIST_INPUT, "").await?;
        match self.list.run(&LIST_OURS, "").await {
            Ok(chain) => Ok(Rules::read(&input, Some(&chain))),
            Err(FirewallError::Failed { how, .. }) if how == NOT_FOUND => Ok(Rules::read(&input, None)),
            Err(error) => Err(error),
        }
    }

    async fn load(&self, text: &str) -> Result<(), FirewallError> {
        self.restore.run(&LOAD, text).await.map(drop)
    }

    async fn remove(&self) -> Result<(), FirewallError> {
        let rules = self.rules().await?;
        if rules.found() == Found::Absent { Ok(()) } else { self.load(&rules.removing()).await }
    }
}
