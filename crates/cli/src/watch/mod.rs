//! Watching for signs that this node leaves, and acting on them: the loop behind `watch`.
//!
//! - `plan`: what a caller decides. `log`: where it is told what goes on.
//! - `daemon`: the loop. `sources`, `poller`: who is asked, and when. `memory`: what outlives the program.
//! - `stepping`: from one step of the journal to the next. `work`: carries one out; a file for each kind under `steps`.
//! - `reload`: another configuration. `dry_run`: what would be done.
//! - `block`: the firewall. `lifecycle`: holds up Auto Scaling meanwhile.
//! - `health`, `gauges`: what others may ask. `manager`: the service manager and its watchdog.
//! - `words`: what goes on, for people.
//!
//! What follows from a notice is decided in `bellwether_core::watch`.

mod block;
mod daemon;
mod dry_run;
mod gauges;
pub(crate) mod health;
mod lifecycle;
pub(crate) mod log;
pub(crate) mod manager;
mod memory;
pub(crate) mod plan;
mod poller;
mod reload;
mod sources;
mod stepping;
mod steps;
mod words;
mod work;

use crate::failure::Failure;
use crate::wiring::context::Context;

pub(crate) use plan::{BlockRule, HooksPlan, Mode, Reload, WatchPlan};

/// Watches until it is told to stop; with [`Mode::Once`] and [`Mode::DryRun`] until every source was asked once and all
/// that followed was done. The status is 1 when a reaction failed then.
///
/// `reload` makes the plan anew when the process gets HUP; without it HUP changes nothing.
///
/// # Errors
/// When it cannot start: no usable state directory, log or address to listen at. Never because of a source.
pub(crate) async fn run(plan: WatchPlan, context: &Context, reload: Option<Reload>) -> Result<u8, Failure> {
    match plan.mode {
        Mode::DryRun => dry_run::run(&plan, context).await,
        Mode::Once | Mode::Daemon => daemon::run(plan, context, reload).await,
    }
}
