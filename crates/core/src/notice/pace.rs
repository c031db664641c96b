//! When to ask a source again.

use std::time::Duration;

/// The shortest pause between two questions, however long the first took.
const SHORTEST: Duration = Duration::from_secs(1);
/// The longest period of polling; a longer one counts as this one.
const LONGEST_PERIOD: Duration = Duration::from_secs(60);

/// How often a source is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// From the beginning of one question to the beginning of the next; more than 60 s counts as 60 s.
    pub period: Duration,
    /// The longest pause while the source fails.
    pub longest: Duration,
}

impl Pace {
    /// The pause after a question that took `elapsed`.
    ///
    /// `failures` is how many in a row have failed. After an answer (0) and after the first failure it is what is
    /// left of the period, at least a second. Further failures double it, up to [`Pace::longest`]; `jitter`, a random
    /// number from 0 to 1, then takes up to a half away, so that a fleet does not come back all at once.
    pub fn pause(&self, elapsed: Duration, failures: u32, jitter: f64) -> Duration {
        let period = self.period.min(LONGEST_PERIOD);
        let regular = period.saturating_sub(elapsed).max(SHORTEST);
        if failures < 2 {
            return regular;
        }
        let doubled = period.max(SHORTEST).saturating_mul(1_u32.checked_shl(failures - 1).unwrap_or(u32::MAX));
        let shortened = doubled.min(self.longest).mul_f64(1.0 - clamped(jitter) / 2.0);
        shortened.max(regular)
    }
}

/// What is no number counts as 0.
fn clamped(jitter: f64) -> f64 {
    if jitter.is_nan() { 0.0 } else { jitter.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn the_pause_is_what_is_left_of_the_period_and_at_least_a_second() {
        for (period, elapsed, pause) in [
            (10.0, 0.0, 10.0),
            (10.0, 2.5, 7.5),
            (10.0, 9.5, 1.0),
            (10.0, 30.0, 1.0),
            (300.0, 0.0, 60.0),
            (300.0, 20.0, 40.0),
            (0.0, 0.0, 1.0),
            (1.0, 0.0, 1.0),
        ] {
            let pace = Pace { period: seconds(period), longest: seconds(300.0) };
            assert_eq!(pace.pause(seconds(elapsed), 0, 0.7), seconds(pause), "period {period}, took {elapsed}");
        }
    }

    #[test]
    fn failures_double_the_pause_up_to_a_cap() {
        let pace = Pace { period: seconds(10.0), longest: seconds(60.0) };
        let pauses: Vec<_> = (0..7).map(|failures| pace.pause(Duration::ZERO, failures, 0.0).as_secs()).collect();
        assert_eq!(pauses, [10, 10, 20, 40, 60, 60, 60]);
        assert_eq!(pace.pause(Duration::ZERO, 4, 1.0), seconds(30.0), "the other end of the jitter");
        assert_eq!(pace.pause(Duration::ZERO, u32::MAX, 0.0), seconds(60.0));
        assert_eq!(pace.pause(Duration::ZERO, 3, f64::NAN), seconds(40.0));
    }

    proptest! {
        #[test]
        fn a_pause_is_never_short_and_never_beyond_its_caps(
            period in 0_u64..100_000, longest in 0_u64..100_000, elapsed in 0_u64..100_000,
            failures in 0_u32..u32::MAX, jitter in -2.0..2.0,
        ) {
            let pace = Pace { period: Duration::from_millis(period), longest: Duration::from_millis(longest) };
            let pause = pace.pause(Duration::from_millis(elapsed), failures, jitter);
            prop_assert!(pause >= SHORTEST);
            prop_assert!(pause <= LONGEST_PERIOD.max(pace.longest));
        }
    }
}
