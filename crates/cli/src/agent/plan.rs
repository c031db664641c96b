//! What arguments and configuration decide.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::names::NodeId;
use bellwether_host::facts::FactSources;

use crate::args::AwsArgs;
use crate::failure::Failure;
use crate::watch::log::LogPlan;
use crate::wiring::transport::FleetPlace;

/// How an agent serves.
#[derive(Debug, Clone)]
pub(crate) struct AgentPlan {
    /// Which fleet, and what reaches it.
    pub(crate) place: FleetPlace,
    /// How AWS is reached.
    pub(crate) aws: AwsArgs,
    /// This node's id where it was given; else it is found out.
    pub(crate) node: Option<NodeId>,
    /// Whose requests are believed, and what is done for them.
    pub(crate) rules: RuleFiles,
    /// The directory of key and journal; made when it is missing.
    pub(crate) state: PathBuf,
    /// The file of the account, and how many days of it are kept.
    pub(crate) account: PathBuf,
    pub(crate) account_days: usize,
    /// Where facts come from, and when they are told.
    pub(crate) facts: FactsPlan,
    /// What bounds commands.
    pub(crate) limits: Limits,
    /// Where it is told what goes on.
    pub(crate) log: LogPlan,
    /// Where health and metrics can be asked for.
    pub(crate) health_listen: Option<SocketAddr>,
}

/// The files of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleFiles {
    pub(crate) callers: PathBuf,
    pub(crate) policy: PathBuf,
}

/// What the node knows of itself.
#[derive(Debug, Clone)]
pub(crate) struct FactsPlan {
    pub(crate) sources: FactSources,
    /// How often they are read again.
    pub(crate) refresh: Duration,
    /// How often they are told although nothing has changed.
    pub(crate) announce: Duration,
}

/// What bounds commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// How many may run at the same time.
    pub(crate) commands: usize,
    /// How many bytes of each end of an output stream are kept at most.
    pub(crate) output: u32,
    /// The longest that one may run.
    pub(crate) longest: Duration,
    /// How long they may take to end when the agent is to stop.
    pub(crate) grace: Grace,
}

/// How long commands may take to end when the agent is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grace {
    /// So long; then they are ended.
    For(Duration),
    /// As long as they run.
    Unlimited,
}

impl FromStr for Grace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::Unlimited);
        }
        let parsed = duration::parse(text).map(Self::For);
        parsed.map_err(|error| format!("{error}; 'none' waits for as long as commands run"))
    }
}

/// Makes the plan anew.
pub(crate) type Reload = Box<dyn Fn() -> Result<AgentPlan, Failure>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grace_is_a_time_or_none_at_all() {
        assert_eq!("30s".parse(), Ok(Grace::For(Duration::from_secs(30))));
        assert_eq!("none".parse(), Ok(Grace::Unlimited));
        assert!("never".parse::<Grace>().unwrap_err().contains("'none'"));
    }
}
