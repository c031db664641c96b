//! The configuration: `/etc/bellwether.toml`, then the user's file, then `BELLWETHER_*` variables. Flags come last,
//! where they are used. Unknown keys are errors, and all errors are reported at once.

pub(crate) mod agent;
pub(crate) mod fleet;
pub(crate) mod keys;
mod sources;
pub(crate) mod watch;

use std::path::PathBuf;
use std::time::Duration;

use bellwether_core::names::NodeId;
use bellwether_core::report::ping::PingUrl;
use bellwether_core::roster::GroupRef;

use crate::notices::failures::FailureCommand;
use crate::wiring::store::StoreRef;

pub(crate) use sources::load;

/// What the configuration says; what it leaves open is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Settings {
    pub(crate) node: Option<NodeId>,
    pub(crate) group: Option<GroupRef>,
    pub(crate) store: Option<StoreRef>,
    pub(crate) timezone: Option<String>,
    pub(crate) lease: Option<Duration>,
    pub(crate) stagger: Option<Duration>,
    pub(crate) skip_status: Option<u8>,
    pub(crate) ping: Option<PingUrl>,
    pub(crate) on_failure: Option<FailureCommand>,
    pub(crate) metrics: Option<PathBuf>,
    pub(crate) watch: watch::WatchSettings,
    pub(crate) fleet: fleet::FleetSettings,
    pub(crate) agent: agent::AgentSettings,
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) aws_timeout: Option<Duration>,
    pub(crate) aws_attempts: Option<u32>,
}

/// The shortest lease: below it, renewals cannot keep up with a busy machine.
pub(crate) const SHORTEST_LEASE: Duration = Duration::from_secs(1);
