//! An alarm on the clock that leases are measured with.

use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::time::Duration;

use bellwether_core::time::Mono;
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use tokio::io::unix::AsyncFd;

use crate::clock;

/// An instant of zero would disarm the timer.
const SOONEST: Duration = Duration::from_nanos(1);
/// A century of uptime: later instants do not fit the kernel's types on every machine.
const LATEST: Duration = Duration::from_hours(24 * 365 * 100);

/// Rings at a set instant of `CLOCK_BOOTTIME`, at once when a suspended machine resumes past it. Can be set again.
pub struct Alarm {
    timer: AsyncFd<Timer>,
    at: Option<Mono>,
}

struct Timer(TimerFd);

impl AsRawFd for Timer {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_fd().as_raw_fd()
    }
}

impl Alarm {
    /// An alarm that is not set. Must be called within a runtime.
    ///
    /// # Errors
    /// When the process has no descriptor left, or the kernel no memory.
    #[expect(unsafe_code, reason = "the runtime has no safe way to wait for a descriptor of its caller's")]
    pub fn new() -> io::Result<Self> {
        let timer = TimerFd::new(ClockId::CLOCK_BOOTTIME, TimerFlags::TFD_CLOEXEC | TimerFlags::TFD_NONBLOCK)?;
        // SAFETY: the timer owns its descriptor, always gives the same one, and closes it only when dropped.
        let timer = unsafe { AsyncFd::register(Timer(timer)) }?;
        Ok(Self { timer, at: None })
    }

    /// Sets the alarm to another instant, or stops it.
    pub fn set(&mut self, at: Option<Mono>) {
        if self.at == at {
            return;
        }
        self.at = at;
        arm(&self.timer.get_ref().0, at);
    }

    /// Waits until the instant has come; forever when the alarm is not set. Cancel-safe.
    pub async fn ring(&mut self) {
        let Some(at) = self.at else { return std::future::pending().await };
        while clock::mono() < at {
            match self.timer.readable().await {
                // Readiness may be left over from an earlier setting: only the clock decides.
                Ok(mut ready) if clock::mono() < at => ready.clear_ready(),
                Ok(_) => return,
                Err(error) => {
                    tracing::debug!(%error, "the timer cannot be waited for; sleeping in slices");
                    return clock::sleep_in_slices(at).await;
                }
            }
        }
    }
}

/// Arms a timer for an instant of its clock, or disarms it. Safe to call after a fork.
pub(crate) fn arm(timer: &TimerFd, at: Option<Mono>) {
    // The kernel refuses malformed times only, and these are well-formed.
    let _ = match at {
        Some(at) => {
            let at = at.elapsed_since_boot().clamp(SOONEST, LATEST);
            timer.set(Expiration::OneShot(TimeSpec::from(at)), TimerSetTimeFlags::TFD_TIMER_ABSTIME)
        }
        None => timer.unset(),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rings_again_after_being_set_again() {
        let mut alarm = Alarm::new().unwrap();
        for _ in 0..3 {
            let at = clock::mono() + Duration::from_millis(20);
            alarm.set(Some(at));
            alarm.ring().await;
            assert!(clock::mono() >= at);
        }
    }

    #[tokio::test]
    async fn does_not_ring_when_stopped_or_put_off() {
        let mut alarm = Alarm::new().unwrap();
        let soon = Duration::from_millis(20);
        alarm.set(Some(clock::mono() + soon));
        alarm.set(None);
        assert!(tokio::time::timeout(soon * 4, alarm.ring()).await.is_err());
        alarm.set(Some(clock::mono() + soon));
        alarm.ring().await;
        alarm.set(Some(Mono::since_boot(Duration::MAX)));
        assert!(tokio::time::timeout(soon * 4, alarm.ring()).await.is_err());
    }

    #[tokio::test]
    async fn rings_at_once_for_the_past() {
        let mut alarm = Alarm::new().unwrap();
        alarm.set(Some(Mono::default()));
        alarm.ring().await;
    }
}
