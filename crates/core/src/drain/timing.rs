//! How long a load balancer takes by its own settings. Every wait follows from these; there are no fixed sleeps.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a load balancer needs beyond its health checks to take a node in.
const REGISTRATION: Duration = Duration::from_secs(60);
/// The same for network load balancers, which take their time (user guide of network load balancers, "Target health
/// status": registration can take a few minutes).
const NETWORK_REGISTRATION: Duration = Duration::from_secs(180);
/// How much later than it should a load balancer may show that a node has drained.
pub(super) const DRAIN_MARGIN: Duration = Duration::from_secs(30);
/// The longest drain that AWS allows (`deregistration_delay.timeout_seconds`, `ConnectionDraining`).
const LONGEST_DRAIN: Duration = Duration::from_secs(3_600);

/// The pause after which a request or a change is looked at for the first time.
pub(super) const FIRST_LOOK: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const LONGEST_PAUSE_WHEN_THROTTLED: Duration = Duration::from_secs(40);

/// A health check, as far as it tells how long a node takes to be in service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckTiming {
    /// From one check to the next.
    pub interval: Duration,
    /// How long a check waits for its answer.
    pub timeout: Duration,
    /// How many checks must be passed.
    pub healthy_threshold: u32,
}

impl CheckTiming {
    /// How long a healthy node takes to pass.
    fn passes_within(self) -> Duration {
        self.interval.saturating_mul(self.healthy_threshold).saturating_add(self.timeout)
    }
}

/// How long a node takes to get out of and into one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// How long requests under way may take after the deregistration; zero where there is no draining.
    pub drains_within: Duration,
    /// How long after its registration a healthy node is in service at the latest.
    pub in_service_within: Duration,
}

impl Timing {
    /// Of a classic load balancer: its health check, and the timeout of its connection draining where that is enabled.
    pub fn classic(check: CheckTiming, draining: Option<Duration>) -> Self {
        Self {
            drains_within: draining.unwrap_or_default().min(LONGEST_DRAIN),
            in_service_within: check.passes_within().saturating_add(REGISTRATION),
        }
    }

    /// Of a target group: its health check, none where it has none; its deregistration delay; and whether it belongs
    /// to a network load balancer.
    pub fn target_group(check: Option<CheckTiming>, delay: Duration, network: bool) -> Self {
        let registration = if network { NETWORK_REGISTRATION } else { REGISTRATION };
        let checks = check.map(CheckTiming::passes_within).unwrap_or_default();
        Self { drains_within: delay.min(LONGEST_DRAIN), in_service_within: checks.saturating_add(registration) }
    }

    /// How long after its deregistration a node is waited for.
    pub fn out_within(self) -> Duration {
        self.drains_within.saturating_add(DRAIN_MARGIN)
    }

    /// From one look at a node that is leaving to the next: a twentieth of what it may take, but neither restless
    /// nor sleepy.
    pub(super) fn pause_while_leaving(self) -> Duration {
        bounded(self.drains_within / 20)
    }

    /// The same for a node that is coming back.
    pub(super) fn pause_while_returning(self) -> Duration {
        bounded(self.in_service_within / 20)
    }
}

fn bounded(pause: Duration) -> Duration {
    pause.clamp(FIRST_LOOK, LONGEST_PAUSE)
}

/// A pause made longer by so many throttled rounds in a row: it doubles with each.
pub(super) fn slowed(pause: Duration, throttled: u32) -> Duration {
    match throttled {
        0 => pause,
        rounds => pause.saturating_mul(1 << rounds.min(6)).min(LONGEST_PAUSE_WHEN_THROTTLED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn check(interval: u64, timeout: u64, healthy_threshold: u32) -> CheckTiming {
        CheckTiming { interval: SECOND * interval as u32, timeout: SECOND * timeout as u32, healthy_threshold }
    }

    #[test]
    fn deadlines_come_from_the_settings_of_the_load_balancer() {
        let slow = Timing::classic(check(30, 5, 10), Some(SECOND * 300));
        let quick = Timing::classic(check(5, 2, 2), None);
        assert_eq!(slow.in_service_within, SECOND * (300 + 5) + REGISTRATION);
        assert_eq!(quick.in_service_within, SECOND * (10 + 2) + REGISTRATION);
        assert_eq!((slow.drains_within, quick.drains_within), (SECOND * 300, Duration::ZERO));
        let group = Timing::target_group(None, SECOND * 300, true);
        assert_eq!((group.out_within(), group.in_service_within), (SECOND * 330, NETWORK_REGISTRATION));
    }

    #[test]
    fn absurd_settings_do_not_overflow() {
        let check = CheckTiming { interval: Duration::MAX, timeout: Duration::MAX, healthy_threshold: u32::MAX };
        assert_eq!(Timing::target_group(Some(check), Duration::MAX, true).drains_within, LONGEST_DRAIN);
    }

    #[test]
    fn pauses_are_bounded_and_grow_while_throttled() {
        let pause = |delay| Timing::target_group(None, delay, false).pause_while_leaving();
        assert_eq!(
            [pause(Duration::ZERO), pause(SECOND * 100), pause(SECOND * 3600)],
            [SECOND, SECOND * 5, SECOND * 10]
        );
        let slowed: Vec<_> = (0..8).map(|rounds| slowed(SECOND, rounds).as_secs()).collect();
        assert_eq!(slowed, [1, 2, 4, 8, 16, 32, 40, 40]);
    }
}
