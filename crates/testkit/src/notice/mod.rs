//! Sources of notices: the in-memory one, and the suite every source must pass.

pub mod conformance;
mod memory;

use std::time::Duration;

use bellwether_core::time::{Mono, Now};
use jiff::Timestamp;

pub use memory::MemoryNotices;

/// The moment at which a machine has been up for so many seconds, on a day in 2026.
pub fn moment(seconds: u32) -> Now {
    let morning: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
    let up = Duration::from_secs(seconds.into());
    Now { mono: Mono::since_boot(up), wall: morning + up }
}
