//! Points in time as the decisions see them.

use std::ops::{Add, Sub};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A reading of a clock that never jumps and counts suspended time (`CLOCK_BOOTTIME`), as the time since boot.
///
/// Readings of two machines have nothing in common; leases are only ever measured against the reader's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mono(Duration);

impl Mono {
    /// A reading, from the time since boot.
    pub const fn since_boot(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// The time since boot.
    pub const fn elapsed_since_boot(self) -> Duration {
        self.0
    }

    /// How long before `self` the reading `earlier` was taken; zero when it was not before.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Mono {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

impl Sub<Duration> for Mono {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration))
    }
}

/// Both clocks, read at one moment: the monotonic one decides, the wall clock labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Now {
    /// The clock every lease and deadline is measured with.
    pub mono: Mono,
    /// The calendar time that goes into records and history.
    pub wall: Timestamp,
}

/// The instant for which a job is due, in whole seconds of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tick(Timestamp);

impl Tick {
    /// The tick of an instant; a fraction of a second is cut off.
    pub fn at(instant: Timestamp) -> Self {
        let whole = instant.as_second();
        Self(Timestamp::from_second(whole).unwrap_or(instant))
    }

    /// The instant itself.
    pub const fn instant(self) -> Timestamp {
        self.0
    }
}

impl std::fmt::Display for Tick {
    /// RFC 3339, in UTC, as `BELLWETHER_TICK` carries it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}
