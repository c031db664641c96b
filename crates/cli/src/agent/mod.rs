//! The agent: hears what callers of the fleet ask of this node, and does what it is allowed to do.
//!
//! - `plan`: what arguments and configuration decide. `rules`: whom it believes, and what it does for them.
//! - `daemon`: the loop. `errands`: short answers. `reload`, `ending`: another configuration, and the end.
//! - `station`: what everybody below shares. `ledger`: the journal's file. `account`: the audit's file. `gauges`: figures.
//! - `job`: one command; `screen`: its output on the way to the caller. `letters`: replies that are sent until they arrive.
//! - `presence`: what the node knows of itself, and tells the inventory. `reader`, `instance`: where it knows it from.
//! - `oddities`: what the log is told of messages that nobody of ours sends.
//! - `check`: what the policy would say.
//!
//! What is decided about a message is in `bellwether_core::fleet::admit`.

mod account;
pub(crate) mod check;
mod daemon;
mod ending;
mod errands;
mod gauges;
mod instance;
mod job;
mod ledger;
mod letters;
mod oddities;
pub(crate) mod plan;
mod presence;
mod reader;
mod reload;
mod rules;
mod screen;
mod station;

use crate::failure::Failure;
use crate::wiring::context::Context;

pub(crate) use plan::{AgentPlan, Reload};

/// Serves until it is told to stop.
///
/// # Errors
/// When it cannot start: no usable state directory, key, rules, log or address to listen at. Never because of a
/// transport that cannot be reached: that is tried again.
pub(crate) async fn run(plan: AgentPlan, context: &Context, reload: Reload) -> Result<u8, Failure> {
    daemon::run(plan, context, reload).await
}
