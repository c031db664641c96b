//! Refuses new TCP connections to some ports of this machine, over IPv4 and IPv6; open ones live on.
//!
//! - [`ports`]: which ports. `programs`: what this machine has to refuse with. `rights`: whether it may.
//! - `nft`, `iptables`: the two ways, the first where it can be had. `found`: what both look for, and what to do then.
//! - [`sole`]: one of our programs at a time changes it.
//! - `tool`: runs their programs, with a timeout and a bound. [`error`]: what can fail, and what to do.

pub mod error;
mod found;
mod iptables;
mod nft;
pub mod ports;
mod programs;
mod rights;
pub mod sole;
mod tool;

use std::fmt;
use std::path::PathBuf;

use bellwether_core::environment::Environment;

pub use error::{FirewallError, Unavailable};
pub use found::Outcome;
pub use nft::ruleset::ruleset;
pub use ports::{Ports, PortsError};
pub use sole::{NotSole, SoleUse};

use found::Found;
use iptables::Iptables;
use nft::Nft;
use programs::Programs;

/// The ways to refuse connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A table of nftables, through `nft`.
    Nft,
    /// A chain of iptables, through `iptables` and `ip6tables`.
    Iptables,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nft => "nftables",
            Self::Iptables => "iptables",
        })
    }
}

/// The part of this machine's firewall that is ours: a table or chain of our own. Nothing else of it is touched.
///
/// It belongs to the network of the thread that uses it, stays when this process ends, and is found again by the next.
#[derive(Debug)]
pub struct Firewall {
    way: Way,
    /// The way not taken, by which our chain may have been made before: by CloneSquad's own watcher, or by ourselves
    /// when there was no `nft`.
    other: Option<Iptables>,
    /// What the last reconciliation was to make true.
    ordered: Option<Ports>,
}

#[derive(Debug)]
enum Way {
    Nft(Nft),
    Iptables(Iptables),
}

impl Firewall {
    /// Finds out how this machine can refuse connections: looks for programs on `PATH` and in the usual directories,
    /// and tries what it finds without changing anything. Must be called within a runtime.
    ///
    /// # Errors
    /// When there is no program, no right, or none that works.
    pub async fn detect(environment: &Environment) -> Result<Self, Unavailable> {
        Self::detect_in(&programs::search_path(environment)).await
    }

    /// The same, with the programs in these directories alone.
    ///
    /// # Errors
    /// As [`Firewall::detect`].
    pub async fn detect_in(directories: &[PathBuf]) -> Result<Self, Unavailable> {
        let Programs { nft, iptables } = Programs::find(directories, rights::machine_has_ipv6());
        if nft.is_none() && iptables.is_none() {
            return Err(Unavailable::NoProgram);
        }
        if !rights::may_change_network() {
            return Err(Unavailable::NoRight);
        }
        // The first that fails is the one to be told of: it is the better one.
        let mut failure = None;
        if let Some(nft) = nft {
            match nft.found().await {
                Ok(_) => return Ok(Self { way: Way::Nft(nft), other: iptables, ordered: None }),
                Err(error) => failure = Some(error),
            }
        }
        if let Some(iptables) = iptables {
            match iptables.found().await {
                Ok(_) => return Ok(Self { way: Way::Iptables(iptables), other: None, ordered: None }),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        Err(failure.map_or(Unavailable::NoProgram, Unavailable::Broken))
    }

    /// Removes the chain of iptables that is not in use any more, where one was left: by CloneSquad's own watcher, or
    /// from when there was no `nft`. Whether there was one.
    ///
    /// # Errors
    /// When a program fails or takes too long.
    pub async fn remove_left_over_chain(&self) -> Result<bool, FirewallError> {
        let Some(iptables) = &self.other else { return Ok(false) };
        if iptables.found().await? == Found::Absent {
            return Ok(false);
        }
        iptables.remove().await.map(|()| true)
    }

    /// Which way it is.
    pub fn backend(&self) -> Backend {
        match self.way {
            Way::Nft(_) => Backend::Nft,
            Way::Iptables(_) => Backend::Iptables,
        }
    }

    /// Looks at what is there, and makes it so that new connections to these ports are refused and all others are not;
    /// with no ports, that nothing of ours is there. What an earlier process left is found and corrected. To be called
    /// again and again: others may flush the rules of the whole machine.
    ///
    /// # Errors
    /// When a program fails or takes too long. What was there before is there still.
    pub async fn reconcile(&mut self, wanted: Option<&Ports>) -> Result<Outcome, FirewallError> {
        let found = self.way.found().await?;
        let outcome = found::outcome(&found, wanted, self.ordered.as_ref());
        match (outcome, wanted) {
            (Outcome::Unchanged, _) => {}
            (_, Some(ports)) => self.way.install(ports).await?,
            (_, None) => self.way.remove().await?,
        }
        self.ordered = wanted.cloned();
        Ok(outcome)
    }

    /// What would be loaded where nothing of ours is there yet, or what would remove it.
    pub fn text(&self, wanted: Option<&Ports>) -> String {
        match &self.way {
            Way::Nft(_) => ruleset(wanted),
            Way::Iptables(iptables) => iptables.text(wanted),
        }
    }
}

impl Way {
    async fn found(&self) -> Result<Found, FirewallError> {
        match self {
            Self::Nft(nft) => nft.found().await,
            Self::Iptables(iptables) => iptables.found().await,
        }
    }

    async fn install(&self, ports: &Ports) -> Result<(), FirewallError> {
        match self {
            Self::Nft(nft) => nft.load(Some(ports)).await,
            Self::Iptables(iptables) => iptables.install(ports).await,
        }
    }

    async fn remove(&self) -> Result<(), FirewallError> {
        match self {
            Self::Nft(nft) => nft.load(None).await,
            Self::Iptables(iptables) => iptables.remove().await,
        }
    }
}
