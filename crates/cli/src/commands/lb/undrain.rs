//! `bellwether lb undrain`: returns a node to where it was drained from.

use std::time::Duration;

use bellwether_core::drain::{Journal, Options, Run};
use bellwether_core::duration;
use bellwether_core::names::NodeId;
use bellwether_host::clock;
use bellwether_host::signals::Signal;
use clap::Args;
use serde_json::json;

use super::drain::{NodeArg, carry_out, instance};
use crate::args::AwsArgs;
use crate::drain::drive::Driven;
use crate::drain::journal::{self, JournalFile};
use crate::drain::report;
use crate::drain::wait::{catch_signals, told_to_end};
use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;

/// Return this node to the places that 'bellwether lb drain' has taken it out of, and wait until it is in service
///
/// Goes by the journal of the drain: the same load balancers, target groups and ports, and no others; also after a
/// drain that was interrupted. A node that was not drained is left alone.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  systemctl start web && bellwether lb undrain\n  bellwether lb undrain --dry-run\n  bellwether lb undrain --node i-0123456789abcdef0 --timeout 10m"
)]
pub(crate) struct UndrainArgs {
    #[command(flatten)]
    node: NodeArg,

    /// How long all of it may take [default: as long as the load balancers are set to take]
    #[arg(long, value_name = "DUR", value_parser = duration::parse)]
    timeout: Option<Duration>,

    /// Show to which places it would return, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    aws: AwsArgs,
}

pub(super) async fn run(args: UndrainArgs, context: Context) -> Result<u8, Failure> {
    let aws = context.aws_for_changes(&args.aws);
    let node = instance(&context, &aws, &args.node).await?;
    let journals = context.journals()?;
    if args.dry_run {
        return show(&context, &node, journal::peek(&journals, &node)?.as_ref(), args.json);
    }
    let file = JournalFile::lock(&journals, &node)?;
    let Some(kept) = file.load()? else { return was_not_drained(&context, &node, args.json) };
    let mut signals = catch_signals()?;
    let drains = aws.drains(Some(&kept.region));
    let run = Run::undrain(kept, Options { settle: Duration::ZERO, limit: args.timeout }, clock::now());
    let driven = carry_out(&context, run, &drains, &file, told_to_end(&mut signals)).await;
    tell(&context, &node, &driven, args.json)?;
    if driven.report.is_complete() && driven.stopped.is_none() {
        file.remove()?;
    }
    Ok(report::status(&driven))
}

fn tell(context: &Context, node: &NodeId, driven: &Driven<Signal>, json: bool) -> Result<(), Failure> {
    let report = &driven.report;
    let text = if json {
        let mut value = report::as_json(report);
        value["node"] = json!(node);
        format!("{value:#}\n")
    } else {
        let (missing, all) = (report.missing().count(), report.endings.len());
        let verdict = match missing {
            0 => format!("{node} is back in all its places ({all})"),
            missing => format!(
                "{node} is not back in {missing} of {all} places; 'bellwether lb undrain' goes on, \
                 'bellwether lb drain' takes it out again"
            ),
        };
        format!("{}{verdict}\n", report::as_table(report, context.console.colour()))
    };
    context.console.result(&text)?;
    report::tell_missing(context.console, report);
    Ok(())
}

fn was_not_drained(context: &Context, node: &NodeId, json: bool) -> Result<u8, Failure> {
    let text = match json {
        true => format!("{:#}\n", json!({"node": node, "goal": "in", "complete": true, "places": []})),
        false => format!("{node} was not drained: there is nothing to return\n"),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

fn show(context: &Context, node: &NodeId, kept: Option<&Journal>, json: bool) -> Result<u8, Failure> {
    let Some(kept) = kept.filter(|journal| !journal.is_over()) else { return was_not_drained(context, node, json) };
    let places = kept.to_return().map(|entry| &entry.place);
    let text = match json {
        true => {
            let places: Vec<_> = places.map(report::place).collect();
            format!("{:#}\n", json!({"node": node, "region": kept.region, "goal": "in", "places": places}))
        }
        false => places.map(|place| format!("{place}: {node} would return\n")).collect(),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}
