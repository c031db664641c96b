//! Waiting. After a restart what is left is waited for.

use std::time::Duration;

use bellwether_host::clock;
use jiff::Timestamp;

use super::super::work::GiveUp;

pub(in super::super) async fn wait(length: Duration, began: Timestamp, mut give_up: GiveUp) -> Result<(), String> {
    let now = clock::now();
    // The calendar may have been set meanwhile; that must not make the wait longer.
    let passed = Duration::try_from(now.wall.duration_since(began)).unwrap_or_default();
    tokio::select! {
        () = clock::sleep_until(now.mono + length.saturating_sub(passed)) => Ok(()),
        () = give_up.told() => Err("given up".to_owned()),
    }
}
