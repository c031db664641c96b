//! What is left in AWS: queues and their subscriptions, entries of the inventory.

use std::time::Duration;

use bellwether_aws::{AwsFleet, CleanRules, Leftover, LeftoverKind};
use bellwether_core::fleet::envelope::Envelope;
use bellwether_core::fleet::inventory::NodeRecord;
use bellwether_core::fleet::transport::{CallerTransport, InventoryEntry};
use bellwether_core::names::NodeId;
use bellwether_host::clock;
use jiff::Timestamp;

use super::{Found, Removed, record_of};
use crate::failure::Failure;

/// How old a caller's queue must be: the longest that a request may live.
const REPLIES: Duration = bellwether_core::fleet::request::LONGEST_TTL;

/// What may be removed.
pub(super) async fn find(fleet: &AwsFleet, silent_for: Duration) -> Result<Vec<Found<Leftover>>, Failure> {
    let keep = living(fleet, silent_for).await?;
    let rules = CleanRules { keep: &keep, nodes_younger_than: silent_for, replies_younger_than: REPLIES };
    let left = fleet.leftovers(&rules).await?;
    Ok(left.into_iter().map(|left| Found { name: named(&left), left }).collect())
}

/// Removes it, in this order.
pub(super) async fn remove(fleet: &AwsFleet, found: &[Found<Leftover>]) -> Result<Vec<Removed>, Failure> {
    let left: Vec<Leftover> = found.iter().map(|found| found.left.clone()).collect();
    let removed = fleet.remove(&left).await?;
    Ok(removed.into_iter().map(|removed| removed.map_or_else(Removed::Failed, |()| Removed::Done)).collect())
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
        // One that said that it ends may be on its way back, as after an upgrade.
        (misplaced || record.seen >= since).then_some([entry.node, record.node])
    };
    Ok(entries.into_iter().filter_map(living).flatten().collect())
}

fn named(leftover: &Leftover) -> String {
    let Leftover { kind, name, node, since } = leftover;
    let kind = match kind {
        LeftoverKind::NodeQueue => "the queue of a node",
        LeftoverKind::NodeRecord => return record_of(name, *since),
        LeftoverKind::ReplyQueue => "the queue of a caller",
    };
    let node = node.as_deref().map(|node| format!(" ({node})")).unwrap_or_default();
    let since = since.map(|since| format!(", since {since}")).unwrap_or_default();
    format!("{kind}: {name}{node}{since}")
}
