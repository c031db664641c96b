//! The clocks of the machine, as the harness and the commands read them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// The time since 1970.
pub(super) fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

/// Sleeps until that time since 1970.
pub(super) fn sleep_until(at: Duration) {
    std::thread::sleep(at.saturating_sub(now()));
}

/// The seconds since the boot, in hundredths: a clock that a shell can read and nobody sets.
pub(super) fn uptime() -> f64 {
    let text = std::fs::read_to_string("/proc/uptime").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// A second since 1970 as a tick is written.
pub(super) fn label(second: u64) -> String {
    Timestamp::from_second(i64::try_from(second).unwrap()).unwrap().to_string()
}

/// The second of a tick's label.
pub(super) fn second(label: &str) -> u64 {
    u64::try_from(label.parse::<Timestamp>().unwrap().as_second()).unwrap()
}
