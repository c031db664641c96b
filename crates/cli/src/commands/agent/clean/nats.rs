//! What is left on NATS: entries of the inventory. Everything else there goes by itself.

use std::time::Duration;

use bellwether_engines::nats::fleet::{Announcement, CallerLink};
use bellwether_host::clock;
use jiff::Timestamp;

use super::{Found, Removed, record_of};
use crate::failure::Failure;

/// The entries of nodes that have not announced themselves for so long, by the server's clock: what the entries hold does
/// not matter.
pub(super) async fn find(link: &CallerLink, silent_for: Duration) -> Result<Vec<Found<Announcement>>, Failure> {
    let since = clock::now().wall.checked_sub(silent_for).unwrap_or(Timestamp::MIN);
    let mut silent = link.announcements().await?;
    silent.retain(|last| last.at < since);
    silent.sort_by(|one, other| one.node.cmp(&other.node));
    Ok(silent.into_iter().map(|left| Found { name: record_of(left.node.as_str(), Some(left.at)), left }).collect())
}

/// Removes them, in this order.
pub(super) async fn remove(link: &CallerLink, found: &[Found<Announcement>]) -> Vec<Removed> {
    let mut removed = Vec::with_capacity(found.len());
    for found in found {
        removed.push(match link.forget(&found.left).await {
            Ok(true) => Removed::Done,
            Ok(false) => Removed::HasReturned,
            Err(error) => Removed::Failed(error),
        });
    }
    removed
}
