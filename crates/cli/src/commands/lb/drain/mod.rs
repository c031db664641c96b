//! `bellwether lb drain`: takes a node out of all its load balancers.

mod node;
mod plan;
mod status;

use std::time::Duration;

use bellwether_aws::{Aws, Drains};
use bellwether_core::drain::{Journal, Options, Run};
use bellwether_core::duration;
use bellwether_core::names::NodeId;
use bellwether_host::clock;
use bellwether_host::signals::Signal;
use clap::Args;
use serde_json::json;

use crate::args::AwsArgs;
use crate::drain::drive::{Driven, drive};
use crate::drain::journal::JournalFile;
use crate::drain::progress::Progress;
use crate::drain::report;
use crate::drain::wait::{catch_signals, told_to_end};
use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;
use node::{Address, Node, find};
pub(super) use node::{NodeArg, instance};

/// Take this node out of every load balancer and target group, and wait until it is safe to stop it
///
/// Writes down first where the node is, so that 'bellwether lb undrain' returns it to the same places, and so that a
/// drain that was interrupted goes on where it was. Leaves all places at the same time, waits until requests under way
/// have ended as the load balancers are set, and serves on for the settle time.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bellwether lb drain && systemctl stop web\n  bellwether lb drain --dry-run\n  bellwether lb drain --status\n  bellwether lb drain --node i-0123456789abcdef0 --timeout 10m\n  bellwether lb drain --ip"
)]
pub(crate) struct DrainArgs {
    #[command(flatten)]
    node: NodeArg,

    /// Leave also target groups that this address is in; without ADDRESS, the node's own private one. May be repeated
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "own")]
    ip: Vec<Address>,

    /// How long the node must serve on after it was deregistered: requests still come in for some seconds
    #[arg(long, value_name = "DUR", value_parser = duration::parse, default_value = SETTLE)]
    settle: Duration,

    /// How long the load balancers may take [default: as they are set]; the settle time is kept whatever this says
    #[arg(long, value_name = "DUR", value_parser = duration::parse)]
    timeout: Option<Duration>,

    /// Show which places would be left, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Show how far the drains of this machine's journals are; AWS is not asked
    #[arg(long, conflicts_with_all = ["dry_run", "ip", "timeout", "settle"])]
    status: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    aws: AwsArgs,
}

const SETTLE: &str = "15s";

pub(super) async fn run(args: DrainArgs, context: Context) -> Result<u8, Failure> {
    if args.status {
        return status::show(&context, args.node.node.as_ref(), args.json);
    }
    let aws = context.aws_for_changes(&args.aws);
    let node = find(&context, &aws, &args.node, &args.ip).await?;
    if args.dry_run {
        return plan::show(&context, &aws, &node, args.json).await;
    }
    let file = JournalFile::lock(&context.journals()?, &node.id)?;
    let journal = journal(&context, &aws, &node, file.load()?).await?;
    if journal.entries.is_empty() {
        return registered_nowhere(&context, &journal, args.json);
    }
    // Up to here nothing is changed, so that a signal may simply end it.
    let mut signals = catch_signals()?;
    let drains = aws.drains(Some(&journal.region));
    let run = Run::drain(journal.clone(), Options { settle: args.settle, limit: args.timeout }, clock::now());
    let driven = carry_out(&context, run, &drains, &file, told_to_end(&mut signals)).await;
    tell(&context, &journal, &file, &driven, args.json)?;
    Ok(report::status(&driven))
}

/// What is to be drained: what an earlier drain has begun, and where the node is besides.
async fn journal(context: &Context, aws: &Aws, node: &Node, kept: Option<Journal>) -> Result<Journal, Failure> {
    let Some(mut journal) = kept.filter(|journal| !journal.is_over()) else {
        return Ok(aws.drains(None).plan(&node.id, &node.ids, clock::now().wall).await?);
    };
    context.console.detail(&format!("going on with the drain of {} that was begun at {}", node.id, journal.planned));
    // What was begun must go on, also when it cannot be told whether there is more.
    match aws.drains(Some(&journal.region)).places(&node.ids).await {
        Ok(places) => journal.add(places, clock::now().wall),
        Err(error) => context.console.warning(&format!(
            "whether {} has come to further load balancers since {} is not known: {}",
            node.id, journal.planned, error.message
        )),
    }
    Ok(journal)
}

/// Carries out a run with a journal, and says meanwhile how far it is.
pub(super) async fn carry_out(
    context: &Context,
    run: Run,
    drains: &Drains,
    file: &JournalFile,
    stop: impl Future<Output = Signal>,
) -> Driven<Signal> {
    let mut progress = Progress::new(context.console);
    drive(run, drains, |journal| file.save(journal), |run, next| progress.tell(run, next), stop).await
}

fn registered_nowhere(context: &Context, journal: &Journal, json: bool) -> Result<u8, Failure> {
    let Journal { node, region, .. } = journal;
    let text = match json {
        true => {
            let report = json!({
                "node": node, "region": region, "goal": "out", "complete": true, "safe_to_stop": true, "places": [],
            });
            format!("{report:#}\n")
        }
        false => format!("{node} is in no load balancer and no target group of {region}; it is safe to stop it\n"),
    };
    context.console.result(&text)?;
    Ok(exit_status::OK)
}

fn tell(
    context: &Context,
    journal: &Journal,
    file: &JournalFile,
    driven: &Driven<Signal>,
    json: bool,
) -> Result<(), Failure> {
    let Driven { report, stopped } = driven;
    let safe = report.is_complete() && stopped.is_none();
    let text = if json {
        let mut value = report::as_json(report);
        value["node"] = json!(journal.node);
        value["region"] = json!(journal.region);
        value["safe_to_stop"] = json!(safe);
        value["journal"] = json!(file.path());
        format!("{value:#}\n")
    } else {
        let table = report::as_table(report, context.console.colour());
        format!("{table}{}\n", verdict(&journal.node, driven))
    };
    context.console.result(&text)?;
    report::tell_missing(context.console, report);
    Ok(())
}

fn verdict(node: &NodeId, driven: &Driven<Signal>) -> String {
    let report = &driven.report;
    let (missing, all) = (report.missing().count(), report.endings.len());
    match driven.stopped {
        None if missing == 0 => format!("{node} is out of all its places ({all}); it is safe to stop it"),
        Some(_) if missing == 0 => {
            format!(
                "{node} is out of all its places ({all}), but the settle time is not over: requests may still come in"
            )
        }
        _ => format!(
            "{node} is not out of {missing} of {all} places: do not stop it yet; 'bellwether lb drain' goes on, \
             'bellwether lb undrain' returns it"
        ),
    }
}

#[cfg(test)]
mod tests {
    use bellwether_core::drain::run::USUAL_SETTLE;

    use super::*;

    #[test]
    fn the_settle_time_is_that_of_the_library() {
        assert_eq!(duration::parse(SETTLE), Ok(USUAL_SETTLE));
    }
}
