//! `bellwether watch`: act when this node is about to leave. `plan`: what arguments and configuration mean.

mod plan;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bellwether_core::duration;
use bellwether_core::notice::NodeState;
use bellwether_core::watch::{Chain, SourceRef};
use bellwether_host::firewall::Ports;
use bellwether_host::paths;
use clap::Args;

use crate::args::{AwsArgs, NodeArgs};
use crate::failure::Failure;
use crate::settings;
use crate::settings::watch::{poll, ports};
use crate::watch::log::LogTarget;
use crate::watch::{self, BlockRule, Reload};
use crate::wiring::context::Context;

/// Act when this node is about to leave: drain it, run scripts, tell others, let it go
///
/// Asks its sources again and again. When the node enters a state, the reactions to it are done one after the other;
/// when the node is back, what was done is undone. What has been done survives a crash.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "States: running, other, at-risk, scheduled, out-of-service, draining, stopping, terminating\nReactions: settle DURATION, deregister, block-ports, hooks, webhook, complete-lifecycle [continue|abandon]\n\nExamples:\n  bellwether watch --source imds,elb:web\n  bellwether watch --source imds --on 'terminating=deregister, hooks, complete-lifecycle'\n  bellwether watch --source clonesquad --ports 80,443 --on 'draining=block-ports, hooks'\n  bellwether watch --dry-run"
)]
pub(crate) struct WatchArgs {
    /// Who tells: imds, clonesquad, elb:NAME, alb:NAME-OR-ARN, shutdown; several with commas [default: imds]
    #[arg(long = "source", value_name = "S", value_delimiter = ',')]
    sources: Vec<SourceRef>,

    /// What is done in a state: reactions in their order, with commas [default: hooks, in every state]
    #[arg(long, value_name = "STATE=REACTIONS")]
    on: Vec<On>,

    /// How often each source is asked, 1s to 60s [default: 5s]
    #[arg(long, value_name = "DUR", value_parser = poll)]
    poll: Option<Duration>,

    /// How long before its time something scheduled counts as stopping [default: 5m]
    #[arg(long, value_name = "DUR", value_parser = duration::parse)]
    lead: Option<Duration>,

    /// The ports that block-ports closes to new connections, with commas
    #[arg(long, value_name = "PORTS", value_parser = ports)]
    ports: Option<Ports>,

    /// What decides about the ports: reaction, or clonesquad for CloneSquad's own rule [default: reaction]
    #[arg(long, value_name = "RULE")]
    block: Option<BlockRule>,

    /// The directory of the states' directories of scripts [default: /etc/bellwether/hooks.d]
    #[arg(long, value_name = "DIR")]
    hooks: Option<PathBuf>,

    /// How long each script may take [default: 5m]
    #[arg(long, value_name = "DUR", value_parser = duration::parse)]
    hook_timeout: Option<Duration>,

    /// Where it is told what goes on: stderr, syslog or the path of a file [default: stderr]
    #[arg(long, value_name = "LOG")]
    log: Option<LogTarget>,

    /// Answer questions for health (/) and metrics (/metrics) here, such as 127.0.0.1:9797
    #[arg(long, value_name = "ADDR")]
    health_listen: Option<SocketAddr>,

    /// Ask every source once, do what follows, and end
    #[arg(long)]
    once: bool,

    /// Ask every source once and show what would be done; do nothing
    #[arg(long, conflicts_with = "once")]
    dry_run: bool,

    #[command(flatten)]
    node: NodeArgs,

    #[command(flatten)]
    aws: AwsArgs,
}

/// A state and what is done in it.
#[derive(Debug, Clone)]
struct On {
    state: NodeState,
    chain: Chain,
}

impl FromStr for On {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, chain) = text.split_once('=').ok_or("write STATE=REACTIONS, such as draining=deregister,hooks")?;
        let state = NodeState::ALL.into_iter().find(|state| state.as_str() == name.trim());
        let state = state.ok_or_else(|| format!("'{}' is no state", name.trim()))?;
        Ok(Self { state, chain: chain.parse().map_err(|error| format!("{error}"))? })
    }
}

pub(crate) async fn run(args: WatchArgs, context: Context) -> Result<u8, Failure> {
    let plan = plan::of(&args, &context)?;
    let again = context.clone();
    let reload: Reload = Box::new(move || {
        let settings = settings::load(&paths::config_files(&again.environment), &again.environment)?;
        plan::of(&args, &Context { settings, ..again.clone() })
    });
    watch::run(plan, &context, Some(reload)).await
}
