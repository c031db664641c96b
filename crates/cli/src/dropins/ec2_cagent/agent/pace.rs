//! When and how the queue is asked next.
//!
//! Nothing may be deleted or hidden from the other agents, so known messages come again at once, and a long poll does not
//! wait while there are any. An answer has at most ten messages. Where more lie in the queue, SQS gives others each time
//! for short polls, since each asks some of its servers only. A small queue, or an imitation of SQS, may give the same ten
//! for ever: then, and only then, what was seen is hidden for a second, which is the least that SQS can do.

use std::collections::HashSet;
use std::time::Duration;

use bellwether_core::time::Mono;

/// The most messages of one answer.
pub(super) const FULL: usize = 10;
/// The longest long poll.
const LONG_POLL: Duration = Duration::from_secs(20);
/// The first pause after something came; it doubles up to the period.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The shortest period: a queue in which messages lie must not be asked all the time.
const SHORTEST_PERIOD: Duration = Duration::from_millis(20);
/// How many full answers without anything new it takes to call a queue stuck.
const STUCK_AFTER: u32 = 5;
/// For how long known messages are hidden where the queue is stuck.
const HIDDEN: Duration = Duration::from_secs(1);
/// How often in a row is asked like that, at most.
const MOST_HIDING: u32 = 50;
/// How long at least, and up to twice that, the queue is left alone afterwards: others look for messages too.
const REST: Duration = Duration::from_secs(5);

/// What to ask, and after which pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) pause: Duration,
    pub(super) wait: Duration,
    pub(super) hidden: Duration,
}

/// What an answer held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer<'a> {
    /// The ids of its messages.
    pub(super) ids: &'a [&'a str],
    /// How many of them were new.
    pub(super) new: usize,
    /// How long it took.
    pub(super) took: Duration,
}

/// How fast the queue is asked.
#[derive(Debug)]
pub(super) struct Pace {
    /// The longest pause while messages lie in the queue.
    period: Duration,
    pause: Duration,
    full: u32,
    /// The messages of the full answers without anything new.
    faces: HashSet<String>,
    hiding: u32,
    rest_until: Mono,
}

impl Pace {
    /// With a period for queues in which messages lie.
    pub(super) fn new(period: Duration) -> Self {
        let period = period.max(SHORTEST_PERIOD);
        Self {
            period,
            pause: FIRST_PAUSE.min(period),
            full: 0,
            faces: HashSet::new(),
            hiding: 0,
            rest_until: Mono::default(),
        }
    }

    /// The first thing to ask.
    pub(super) const fn first() -> Ask {
        Ask { pause: Duration::ZERO, wait: LONG_POLL, hidden: Duration::ZERO }
    }

    /// The next thing to ask. `fraction` is a random number from 0 to 1.
    pub(super) fn next(&mut self, answer: Answer<'_>, now: Mono, fraction: f64) -> Ask {
        let is_full = answer.ids.len() >= FULL;
        if self.hiding > 0 {
            if is_full && self.hiding < MOST_HIDING {
                self.hiding += 1;
                return Self::hide();
            }
            self.hiding = 0;
            self.rest_until = now + REST + REST.mul_f64(fraction);
        }
        self.pause = if answer.new > 0 { FIRST_PAUSE.min(self.period) } else { (self.pause * 2).min(self.period) };
        if answer.new > 0 || !is_full {
            self.full = 0;
            self.faces.clear();
        }
        match (answer.ids.len(), answer.new, is_full) {
            // It has waited long enough, unless the answer came at once in spite of the wait.
            (0, _, _) => Ask { pause: self.period.saturating_sub(answer.took), ..Self::first() },
            (_, 1.., true) => Self::first(),
            (_, 0, true) => self.look_for_others(answer.ids, now),
            _ => Ask { pause: self.pause, ..Self::first() },
        }
    }

    fn look_for_others(&mut self, ids: &[&str], now: Mono) -> Ask {
        self.full += 1;
        if self.faces.len() <= FULL {
            self.faces.extend(ids.iter().map(|&id| id.to_owned()));
        }
        let is_stuck = self.full >= STUCK_AFTER && self.faces.len() <= FULL;
        if is_stuck && now >= self.rest_until {
            self.hiding = 1;
            self.full = 0;
            self.faces.clear();
            return Self::hide();
        }
        Ask { pause: self.pause, wait: Duration::ZERO, hidden: Duration::ZERO }
    }

    const fn hide() -> Ask {
        Ask { pause: Duration::ZERO, wait: Duration::ZERO, hidden: HIDDEN }
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
