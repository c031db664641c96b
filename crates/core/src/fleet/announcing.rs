//! When a node tells the inventory what it knows of itself: at the start, soon after a change, and once in a period.
//!
//! A fact that changes all the time must not cost a write all the time, so changes that follow each other are told after
//! pauses that grow.

use std::time::Duration;

use crate::time::Mono;

/// The shortest pause from one telling to that of a change; it doubles with every change that is told.
const FIRST_GAP: Duration = Duration::from_secs(1);
/// The longest one. After twice that without telling anything, the next change is told at once again.
const LONGEST_GAP: Duration = Duration::from_secs(60);
/// The pause after a telling that failed; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The least part of the period after which it is told again, so that it is never late and nodes are not in step.
const EARLIEST: f64 = 0.8;

/// When it is told next.
#[derive(Debug, Clone)]
pub struct Announcing {
    period: Duration,
    due: Mono,
    /// When it was last told, or tried to be.
    tried: Option<Mono>,
    gap: Duration,
    /// The pause that follows if the next telling fails; none while they succeed.
    pause: Option<Duration>,
}

impl Announcing {
    /// To be told at once, and then once in a period.
    pub const fn new(period: Duration, now: Mono) -> Self {
        Self { period, due: now, tried: None, gap: FIRST_GAP, pause: None }
    }

    /// When it is to be told.
    pub const fn due(&self) -> Mono {
        self.due
    }

    /// What is to be told has changed. While telling fails, it is told with the next try.
    pub fn changed(&mut self, now: Mono) {
        let (Some(tried), None) = (self.tried, self.pause) else { return };
        if now.since(tried) >= 2 * LONGEST_GAP {
            self.gap = FIRST_GAP;
        }
        let soon = now.max(tried + self.gap);
        if soon < self.due {
            self.due = soon;
            self.gap = (self.gap * 2).min(LONGEST_GAP);
        }
    }

    /// It was told, or could not be. `fraction` is any number from 0 to 1.
    pub fn tried(&mut self, is_told: bool, now: Mono, fraction: f64) {
        self.tried = Some(now);
        let wait = if is_told {
            self.pause = None;
            self.period.mul_f64(EARLIEST + (1.0 - EARLIEST) * fraction.clamp(0.0, 1.0))
        } else {
            let pause = self.pause.unwrap_or(FIRST_PAUSE);
            self.pause = Some((pause * 2).min(LONGEST_PAUSE));
            pause
        };
        self.due = now + wait;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PERIOD: Duration = Duration::from_secs(300);

    fn at(seconds: u64) -> Mono {
        Mono::since_boot(Duration::from_secs(1_000 + seconds))
    }

    fn told_at(seconds: u64) -> Announcing {
        let mut announcing = Announcing::new(PERIOD, at(seconds));
        assert_eq!(announcing.due(), at(seconds));
        announcing.tried(true, at(seconds), 0.5);
        announcing
    }

    #[test]
    fn it_is_told_at_the_start_and_a_little_sooner_than_once_in_a_period() {
        for (fraction, seconds) in [(0.0, 240), (0.5, 270), (1.0, 300), (7.0, 300)] {
            let mut announcing = Announcing::new(PERIOD, at(0));
            announcing.tried(true, at(0), fraction);
            assert_eq!(announcing.due(), at(seconds));
        }
    }

    #[test]
    fn a_change_after_quiet_times_is_told_at_once() {
        let mut announcing = told_at(0);
        announcing.changed(at(200));
        assert_eq!(announcing.due(), at(200));
        announcing.tried(true, at(200), 0.5);
        announcing.changed(at(200));
        assert_eq!(announcing.due(), at(202), "the next one at once would be one too many");
    }

    #[test]
    fn a_node_that_changes_every_second_tells_it_once_a_minute_in_the_end() {
        let mut announcing = told_at(0);
        let mut told = Vec::new();
        for second in 0..1_000 {
            announcing.changed(at(second));
            if announcing.due() <= at(second) {
                announcing.tried(true, at(second), 0.5);
                told.push(second);
            }
        }
        assert_eq!(told[..7], [1, 3, 7, 15, 31, 63, 123]);
        assert!(told.windows(2).skip(5).all(|pair| pair[1] - pair[0] == 60), "{told:?}");
    }

    #[test]
    fn what_fails_is_tried_again_after_pauses_that_grow_and_no_change_shortens_them() {
        let mut announcing = Announcing::new(PERIOD, at(0));
        let mut now = at(0);
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            announcing.tried(false, now, 0.5);
            announcing.changed(now);
            assert_eq!(announcing.due(), now + Duration::from_secs(seconds));
            now = announcing.due();
        }
        announcing.tried(true, now, 0.5);
        announcing.tried(false, now, 0.5);
        assert_eq!(announcing.due(), now + FIRST_PAUSE);
    }

    proptest! {
        #[test]
        fn every_change_is_told_within_a_minute_and_none_makes_the_node_late(seconds in prop::collection::vec(0..400_u64, 1..60)) {
            let mut announcing = told_at(0);
            let mut now = 0;
            for wait in seconds {
                now += wait;
                let promised = announcing.due();
                if promised <= at(now) {
                    announcing.tried(true, at(now), 0.5);
                }
                announcing.changed(at(now));
                prop_assert!(announcing.due() <= at(now) + LONGEST_GAP);
                prop_assert!(promised <= at(now) || announcing.due() <= promised);
            }
        }
    }
}
