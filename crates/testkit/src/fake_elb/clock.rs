//! The clock of the fake's account: as fast as a test wants it.

use std::time::{Duration, Instant};

/// A clock.
#[derive(Debug)]
pub(super) struct Clock {
    /// What it showed when its speed was last changed, and when that was.
    base: (Duration, Instant),
    /// How many of its seconds pass in a second.
    speed: f64,
}

impl Default for Clock {
    fn default() -> Self {
        Self { base: (Duration::ZERO, Instant::now()), speed: 1.0 }
    }
}

impl Clock {
    pub(super) fn now(&self) -> Duration {
        self.base.0 + self.base.1.elapsed().mul_f64(self.speed)
    }

    pub(super) fn set_speed(&mut self, speed: f64) {
        self.base = (self.now(), Instant::now());
        self.speed = speed;
    }

    pub(super) fn advance(&mut self, by: Duration) {
        self.base.0 += by;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_stands_is_moved_by_hand_alone() {
        let mut clock = Clock::default();
        clock.set_speed(0.0);
        let before = clock.now();
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(clock.now(), before);
        clock.advance(Duration::from_secs(300));
        assert_eq!(clock.now(), before + Duration::from_secs(300));
        clock.set_speed(1000.0);
        std::thread::sleep(Duration::from_millis(5));
        assert!(clock.now() >= before + Duration::from_secs(305));
    }
}
