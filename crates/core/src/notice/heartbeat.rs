//! When to tell Auto Scaling that a lifecycle hook is still wanted.

use std::time::Duration;

use crate::time::Mono;

/// The longest that any hook holds an instance (Auto Scaling API reference, `LifecycleHook.GlobalTimeout`).
const LONGEST_HOLD: Duration = Duration::from_hours(48);
/// More heartbeat timeouts than this a hook does not hold.
const MOST_TIMEOUTS: u32 = 100;

/// The longest that a hook with this heartbeat timeout holds an instance: 48 hours or 100 timeouts, whichever is
/// shorter.
pub fn longest_hold(heartbeat_timeout: Duration) -> Duration {
    heartbeat_timeout.saturating_mul(MOST_TIMEOUTS).min(LONGEST_HOLD)
}

/// The heartbeats of one lifecycle action, from the moment it was first seen. It began earlier than that: Auto
/// Scaling may end it earlier than is planned here, never later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heartbeats {
    /// When the action was first seen.
    pub began: Mono,
    /// How long the hook holds without a heartbeat.
    pub timeout: Duration,
    /// How long it holds whatever is sent.
    pub longest: Duration,
}

/// What is next for a lifecycle action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextHeartbeat {
    /// A heartbeat is due then; a moment that is past means at once.
    SendAt(Mono),
    /// No heartbeat helps any more: the action ends at this moment at the latest.
    EndsAt(Mono),
}

impl Heartbeats {
    /// The heartbeats of a hook with this timeout.
    pub fn new(began: Mono, timeout: Duration) -> Self {
        Self { began, timeout, longest: longest_hold(timeout) }
    }

    /// What is next, when the sending of the last heartbeat that was answered began at `last`; none when there was
    /// no such heartbeat yet.
    ///
    /// Half of the timeout is left then, for heartbeats that fail: who could not send one asks again, and is told to
    /// send at once.
    pub fn next(&self, last: Option<Mono>, now: Mono) -> NextHeartbeat {
        let since = last.unwrap_or(self.began);
        let end = self.began + self.longest;
        let runs_out = since + self.timeout;
        if runs_out >= end {
            return NextHeartbeat::EndsAt(end);
        }
        match now >= runs_out {
            true => NextHeartbeat::EndsAt(runs_out),
            false => NextHeartbeat::SendAt(since + self.timeout / 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Mono {
        Mono::since_boot(Duration::from_secs(seconds))
    }

    #[test]
    fn a_hook_holds_100_timeouts_but_no_more_than_two_days() {
        for (timeout, longest) in [(30, 3_000), (1_728, 172_800), (1_729, 172_800), (7_200, 172_800)] {
            assert_eq!(longest_hold(Duration::from_secs(timeout)), Duration::from_secs(longest), "{timeout}");
        }
        assert_eq!(longest_hold(Duration::MAX), LONGEST_HOLD);
    }

    #[test]
    fn a_heartbeat_is_sent_at_half_of_the_timeout() {
        let beats = Heartbeats::new(at(1_000), Duration::from_secs(60));
        assert_eq!(beats.next(None, at(1_000)), NextHeartbeat::SendAt(at(1_030)));
        assert_eq!(beats.next(Some(at(1_031)), at(1_031)), NextHeartbeat::SendAt(at(1_061)));
        assert_eq!(beats.next(Some(at(1_031)), at(1_080)), NextHeartbeat::SendAt(at(1_061)), "a failed one: at once");
    }

    #[test]
    fn what_has_timed_out_cannot_be_saved() {
        let beats = Heartbeats::new(at(1_000), Duration::from_secs(60));
        assert_eq!(beats.next(Some(at(1_031)), at(1_091)), NextHeartbeat::EndsAt(at(1_091)));
    }

    #[test]
    fn every_hook_ends() {
        let beats = Heartbeats::new(at(0), Duration::from_secs(60));
        let (mut now, mut sent) = (at(0), Vec::new());
        let end = loop {
            match beats.next(sent.last().copied(), now) {
                NextHeartbeat::SendAt(moment) => {
                    now = moment;
                    sent.push(moment);
                }
                NextHeartbeat::EndsAt(end) => break end,
            }
        };
        assert_eq!(end, at(6_000));
        assert_eq!(sent.last(), Some(&at(5_940)), "the last one that still helps");
        assert_eq!(sent.len(), 198);
    }
}
