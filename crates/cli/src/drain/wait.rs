//! `--wait`: until what was registered is in service, or what was deregistered is out.

use std::time::Duration;

use bellwether_aws::Drains;
use bellwether_core::drain::{Goal, Options, Place, Run};
use bellwether_core::duration;
use bellwether_host::clock;
use bellwether_host::signals::{Signal, Signals};
use clap::Args;

use super::drive::{Driven, drive};
use super::progress::Progress;
use super::report;
use crate::failure::Failure;
use crate::wiring::context::Context;

/// Whether to wait, and how long.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Waiting")]
pub(crate) struct WaitArgs {
    /// Wait until all are in service, or until all are out and their requests under way have ended
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) wait: bool,

    /// How long to wait at most [default: as long as health check, draining and the like are set to take]
    #[arg(long, value_name = "DUR", requires = "wait", value_parser = duration::parse)]
    pub(crate) timeout: Option<Duration>,

    /// Print JSON when the wait is over
    #[arg(long, requires = "wait")]
    pub(crate) json: bool,
}

/// Brings these places to a goal, waits for it, and tells how it ended; the answer is the exit status. Registering and
/// deregistering are part of it, since on some paths AWS forgets a registration that comes while a target drains.
///
/// # Errors
/// When a load balancer or group does not exist, or its settings cannot be had.
pub(crate) async fn reach(
    context: &Context,
    drains: &Drains,
    goal: Goal,
    places: &[Place],
    args: &WaitArgs,
) -> Result<u8, Failure> {
    let timings = drains.timings(places).await?;
    let mut signals = catch_signals()?;
    let options = Options { settle: Duration::ZERO, limit: args.timeout };
    let run = Run::without_journal(goal, &timings, true, options, clock::now());
    let mut progress = Progress::new(context.console);
    // A run without a journal keeps nothing.
    let keep = |_: &_| Ok(());
    let driven = drive(run, drains, keep, |run, next| progress.tell(run, next), told_to_end(&mut signals)).await;
    tell(context, &driven, args.json)?;
    Ok(report::status(&driven))
}

fn tell(context: &Context, driven: &Driven<Signal>, json: bool) -> Result<(), Failure> {
    let text = match json {
        true => format!("{:#}\n", report::as_json(&driven.report)),
        false => report::as_table(&driven.report, context.console.colour()),
    };
    context.console.result(&text)?;
    report::tell_missing(context.console, &driven.report);
    Ok(())
}

/// Catches the signals that end a wait, so that what is known can be told.
///
/// # Errors
/// When the system does not allow it.
pub(crate) fn catch_signals() -> Result<Signals, Failure> {
    Signals::install().map_err(|error| Failure::unavailable(format!("signals cannot be caught: {error}")))
}

/// Waits for a signal that means the end.
pub(crate) async fn told_to_end(signals: &mut Signals) -> Signal {
    loop {
        let signal = signals.next().await;
        if !matches!(signal, Signal::SIGUSR1 | Signal::SIGUSR2) {
            return signal;
        }
    }
}
