//! Commands for the fleet: how soon they are answered, and what the agents take.
//!
//! - [`pings`]: a thousand, ten thousand and fifty thousand agents, which [`agents`] simulates, answer a ping.
//! - [`uptime`]: a command on a hundred nodes, beside the [`peers`] of Python, where those are installed.
//! - [`sqs`]: one node's round trip over queues, ours and that of EC2 Collective. [`rest`]: agents while nothing
//!   happens. [`output`]: an agent whose command writes a gibibyte.
//! - [`site`]: real agents on this host, and their caller. [`collective`]: an `ec2-cagent` and its queues.

mod agents;
mod collective;
mod output;
mod peers;
mod pings;
mod rest;
mod site;
mod sqs;
mod uptime;

pub(crate) use agents::simulate;
pub(crate) use output::run as output;
pub(crate) use pings::run as pings;
pub(crate) use rest::run as rest;
pub(crate) use sqs::run as sqs;
pub(crate) use uptime::run as uptime;

/// What the benchmark's own binary, called with this argument, does instead: it plays agents.
pub(crate) const PLAY_AGENTS: &str = "--play-agents";
