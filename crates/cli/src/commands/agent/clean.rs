//! Removes what nodes that are gone, and callers that died, have left in AWS.

use std::time::Duration;

use bellwether_aws::{AwsFleet, CleanRules, Leftover, LeftoverKind};
use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::inventory::NodeRecord;
use bellwether_core::fleet::transport::{CallerTransport, InventoryEntry};
use bellwether_core::names::NodeId;
use bellwether_host::clock;
use jiff::Timestamp;

use super::AgentArgs;
use crate::exit_status;
use crate::failure::Failure;
use crate::wiring::context::Context;
use crate::wiring::transport::TransportRef;

/// How long a node must have been silent to be gone, where nothing else is said.
const SILENT_FOR: Duration = Duration::from_hours(24);
/// How old a caller's queue must be: the longest that a request may live.
const REPLIES: Duration = bellwether_core::fleet::request::LONGEST_TTL;

pub(super) async fn run(args: &AgentArgs, context: &Context) -> Result<u8, Failure> {
    let place = context.fleet(&args.fleet)?;
    if place.transport != TransportRef::Sqs {
        return Err(Failure::usage(format!("nothing is left behind by {}; only sqs: needs cleaning", place.transport)));
    }
    let fleet = context.aws_fleet(&place, &args.aws);
    let silent_for = args.silent_for.unwrap_or(SILENT_FOR);
    let keep = living(&fleet, silent_for).await?;
    let rules = CleanRules { keep: &keep, nodes_younger_than: silent_for, replies_younger_than: REPLIES };
    let left = fleet.leftovers(&rules).await?;
    if left.is_empty() {
        context.console.result("nothing is left behind\n")?;
        return Ok(exit_status::OK);
    }
    if args.dry_run {
        left.iter().try_for_each(|leftover| context.console.result(&format!("would remove {}\n", named(leftover))))?;
        return Ok(exit_status::OK);
    }
    let mut status = exit_status::OK;
    for (leftover, removed) in left.iter().zip(fleet.remove(&left).await?) {
        match removed {
            Ok(()) => context.console.result(&format!("removed {}\n", named(leftover)))?,
            Err(error) => {
                context.console.error(&format!("{} stays: {error}; {}", named(leftover), error.remedy));
                status = exit_status::NO;
            }
        }
    }
    Ok(status)
}

/// The nodes that spoke lately. Signatures do not matter here: a forged record keeps a queue, and removes none.
async fn living(fleet: &AwsFleet, silent_for: Duration) -> Result<Vec<NodeId>, Failure> {
    let caller = fleet.caller();
    let since = clock::now().wall.checked_sub(silent_for).unwrap_or(Timestamp::MIN);
    let entries = caller.inventory().await?;
    let living = |entry: InventoryEntry| {
        let verified = Envelope::decode(&entry.record).and_then(Envelope::verify).ok()?;
        let record = NodeRecord::decode(&verified.body).ok()?;
        // A record in another node's place says nothing of that node: both are kept.
        let misplaced = record.node != entry.node;
        (misplaced || (!record.left && record.seen >= since)).then_some([entry.node, record.node])
    };
    Ok(entries.into_iter().filter_map(living).flatten().collect())
}

fn named(leftover: &Leftover) -> String {
    let Leftover { kind, name, node, since } = leftover;
    let kind = match kind {
        LeftoverKind::NodeQueue => "the queue of a node",
        LeftoverKind::NodeRecord => "what is known of the node",
        LeftoverKind::ReplyQueue => "the queue of a caller",
    };
    let node = node.as_deref().map(|node| format!(" ({node})")).unwrap_or_default();
    let since = since.map(|since| format!(", since {since}")).unwrap_or_default();
    format!("{kind}: {name}{node}{since}")
}
