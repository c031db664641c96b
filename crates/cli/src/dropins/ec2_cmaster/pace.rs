//! How a queue is asked next, in which messages of others lie.
//!
//! They may not be deleted, and come again at once, ten at a time, so that they can stand before those that are wanted.
//! Then, and only then, what was received is hidden for a moment, as the old master always does: whoever hides a
//! message hides it from the other masters as well.

use std::time::Duration;

use bellwether_aws::Receive;

/// The most messages of one answer.
const FULL: usize = 10;
/// A long poll asks all servers of SQS, a short one only some. It ends as soon as there is a message.
const WAIT: Duration = Duration::from_secs(1);
/// For how long messages are hidden, to see those behind them, at first.
const HIDDEN: Duration = Duration::from_secs(1);
/// How many full answers it takes to hide for a second longer: all of them must be hidden at the same time.
const ANSWERS_PER_SECOND: u32 = 20;
/// The longest that anything is hidden.
const LONGEST_HIDDEN: Duration = Duration::from_secs(10);

/// How a queue is asked.
#[derive(Debug)]
pub(super) struct Pace {
    /// How long to wait after an answer that was of no use.
    pause: Duration,
    /// How many full answers there were since messages are hidden.
    hiding: Option<u32>,
}

impl Pace {
    /// With this pause after an answer that was of no use.
    pub(super) const fn new(pause: Duration) -> Self {
        Self { pause, hiding: None }
    }

    /// What to ask.
    pub(super) fn ask(&self) -> Receive {
        let hidden =
            |answers: u32| (HIDDEN + Duration::from_secs((answers / ANSWERS_PER_SECOND).into())).min(LONGEST_HIDDEN);
        Receive { wait: WAIT, max: FULL as u8, visibility: Some(self.hiding.map_or(Duration::ZERO, hidden)) }
    }

    /// Notes how many messages came, and how many of them were of use. The pause before the next question.
    pub(super) fn answered(&mut self, messages: usize, useful: usize) -> Duration {
        let is_full = messages >= FULL;
        self.hiding = match self.hiding {
            Some(answers) if is_full => Some(answers.saturating_add(1)),
            None if is_full && useful == 0 => Some(0),
            _ => None,
        };
        let was_waited_for = messages == 0;
        if useful > 0 || was_waited_for || self.hiding.is_some() { Duration::ZERO } else { self.pause }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_millis(200);

    fn hidden(pace: &Pace) -> u64 {
        pace.ask().visibility.unwrap().as_secs()
    }

    #[test]
    fn nothing_is_hidden_while_what_is_wanted_comes() {
        let mut pace = Pace::new(PAUSE);
        assert_eq!(hidden(&pace), 0);
        for (messages, useful, pause) in [(0, 0, 0), (10, 10, 0), (10, 1, 0), (3, 0, 200), (9, 9, 0)] {
            assert_eq!(pace.answered(messages, useful), Duration::from_millis(pause));
            assert_eq!(hidden(&pace), 0, "{messages} {useful}");
        }
    }

    #[test]
    fn messages_of_others_are_hidden_while_they_fill_the_answers() {
        let mut pace = Pace::new(PAUSE);
        assert_eq!(pace.answered(10, 0), Duration::ZERO);
        assert_eq!(hidden(&pace), 1);
        pace.answered(10, 4);
        assert_eq!(hidden(&pace), 1, "there may be more behind these");
        assert_eq!(pace.answered(2, 0), PAUSE);
        assert_eq!(hidden(&pace), 0, "everything has been seen");
    }

    #[test]
    fn the_more_there_are_the_longer_they_are_hidden_within_bounds() {
        let mut pace = Pace::new(PAUSE);
        let mut last = 0;
        for _ in 0..1_000 {
            pace.answered(10, 0);
            assert!(hidden(&pace) >= last);
            last = hidden(&pace);
        }
        assert_eq!(last, 10);
    }
}
