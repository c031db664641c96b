//! The clocks: the only place that reads them.

use std::time::Duration;

use bellwether_core::time::{Mono, Now};
use jiff::Timestamp;
use nix::time::{ClockId, clock_gettime};

use crate::alarm::Alarm;

/// The longest single sleep where no timer of the kernel can be had: how late a resumed machine may then wake.
const SLICE: Duration = Duration::from_secs(1);

/// Reads both clocks.
#[expect(clippy::disallowed_methods, reason = "this is the place where the wall clock is read")]
pub fn now() -> Now {
    Now { mono: mono(), wall: Timestamp::now() }
}

/// Reads the clock that never jumps and counts suspended time (`CLOCK_BOOTTIME`).
#[expect(clippy::expect_used, reason = "every Linux since 2.6.39 has this clock, and no lease can be kept without")]
pub fn mono() -> Mono {
    let reading = clock_gettime(ClockId::CLOCK_BOOTTIME).expect("CLOCK_BOOTTIME can be read");
    Mono::since_boot(Duration::from(reading))
}

/// Reads the clock that stands still while the machine is suspended (`CLOCK_MONOTONIC`), as the time since boot:
/// service managers measure with it, we never do.
#[expect(clippy::expect_used, reason = "every Linux has this clock")]
pub(crate) fn awake() -> Duration {
    Duration::from(clock_gettime(ClockId::CLOCK_MONOTONIC).expect("CLOCK_MONOTONIC can be read"))
}

/// Sleeps until the clock of [`mono`] shows `at`; a machine that was suspended past it wakes at once on resume.
pub async fn sleep_until(at: Mono) {
    if mono() >= at {
        return;
    }
    match Alarm::new() {
        Ok(mut alarm) => {
            alarm.set(Some(at));
            alarm.ring().await;
        }
        Err(error) => {
            tracing::debug!(%error, "no timer to be had; sleeping in slices");
            sleep_in_slices(at).await;
        }
    }
}

/// Sleeps on the runtime's clock, which stands still while the machine is suspended, a slice at a time.
pub(crate) async fn sleep_in_slices(at: Mono) {
    loop {
        let left = at.since(mono());
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(SLICE)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_clocks_run() {
        let earlier = now();
        std::thread::sleep(Duration::from_millis(20));
        let later = now();
        assert!(later.mono.since(earlier.mono) >= Duration::from_millis(20));
        assert!(later.wall > earlier.wall);
    }

    #[tokio::test]
    async fn a_sleep_ends_at_its_instant_and_not_before() {
        let at = mono() + Duration::from_millis(60);
        sleep_until(at).await;
        assert!(mono() >= at);
        assert!(mono().since(at) < Duration::from_secs(5));
        sleep_until(Mono::default()).await;
    }

    #[tokio::test]
    async fn slices_end_at_the_instant_too() {
        let at = mono() + Duration::from_millis(30);
        sleep_in_slices(at).await;
        assert!(mono() >= at);
    }
}
