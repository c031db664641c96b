//! What a caller of the loop decides.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bellwether_aws::Aws;
use bellwether_core::names::NodeId;
use bellwether_core::watch::{Policy, SourceRef, Template, WebhookUrl};
use bellwether_host::firewall::Ports;

use super::log::LogPlan;
use crate::failure::Failure;

/// What is watched, and what is done about it.
pub(crate) struct WatchPlan {
    /// Who is asked, each once.
    pub(crate) sources: Vec<SourceRef>,
    /// From the beginning of one question to the beginning of the next, 1 s to 60 s.
    pub(crate) poll: Duration,
    /// When the place of CloneSquad's API and the instance's tags are looked up again.
    pub(crate) stale_after: Duration,
    /// How AWS and the metadata service are reached by sources and reactions.
    pub(crate) aws: Aws,
    /// This node's id where it was given; else it is found out when it is needed.
    pub(crate) node: Option<NodeId>,
    /// What is done in which state.
    pub(crate) policy: Policy,
    /// The ports of `block-ports`; none: nothing of the firewall is touched.
    pub(crate) ports: Option<Ports>,
    /// What decides whether the ports are blocked.
    pub(crate) block: BlockRule,
    /// The scripts of `hooks`.
    pub(crate) hooks: HooksPlan,
    /// Where `webhook` tells, and what.
    pub(crate) webhook: Option<(WebhookUrl, Template)>,
    /// The file that notices, journal and the last state are kept in; its directory is made when it is missing.
    pub(crate) memory: PathBuf,
    /// Where it is told what goes on.
    pub(crate) log: LogPlan,
    /// Where health and metrics can be asked for.
    pub(crate) health_listen: Option<SocketAddr>,
    /// For how long.
    pub(crate) mode: Mode,
}

/// What decides whether new connections are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum BlockRule {
    /// The reaction `block-ports`, until the node is back.
    #[default]
    Reaction,
    /// CloneSquad's own rule, at every poll: its states, exclusions and target groups. The decision is kept while its
    /// API says nothing.
    CloneSquad,
}

impl FromStr for BlockRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "reaction" => Ok(Self::Reaction),
            "clonesquad" => Ok(Self::CloneSquad),
            other => Err(format!("'{other}' decides nothing about ports; use reaction or clonesquad")),
        }
    }
}

/// How scripts are run: those of `DIR/STATE/`, with the arguments `STATE PREVIOUS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HooksPlan {
    /// The directory of the states' directories.
    pub(crate) dir: PathBuf,
    /// How long each script may take.
    pub(crate) timeout: Duration,
}

/// For how long is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Until told to stop.
    Daemon,
    /// Until every source was asked once, and all that follows is done.
    Once,
    /// The same, but nothing is done or kept: it is told what would be.
    DryRun,
}

/// Makes the plan anew.
pub(crate) type Reload = Box<dyn Fn() -> Result<WatchPlan, Failure>>;
