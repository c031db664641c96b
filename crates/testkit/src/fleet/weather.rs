//! What a transport may do to messages, by chance.

use std::time::Duration;

use crate::dice::Dice;

/// How often messages suffer, as fractions of all messages. The same seed gives the same fates in the same order of
/// messages.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// What the chance begins with.
    pub seed: u64,
    /// Messages that never arrive.
    pub lose: f64,
    /// Messages that arrive a second time, later.
    pub repeat: f64,
    /// Messages that arrive late, after others that were sent after them.
    pub delay: f64,
    /// The longest delay, in tokio's time.
    pub longest_delay: Duration,
}

impl Weather {
    /// Every message arrives once, in order.
    pub const CALM: Self =
        Self { seed: 0, lose: 0.0, repeat: 0.0, delay: 0.0, longest_delay: Duration::from_millis(20) };
}

/// Decides the fates.
#[derive(Debug)]
pub(super) struct Fates {
    weather: Weather,
    dice: Dice,
}

impl Fates {
    pub(super) fn new(weather: Weather) -> Self {
        Self { weather, dice: Dice::new(weather.seed) }
    }

    /// How long after its sending a message arrives, once for each time that it does. A durable message always does.
    pub(super) fn arrivals(&mut self, durable: bool) -> Vec<Duration> {
        let Weather { lose, repeat, delay, longest_delay, .. } = self.weather;
        if self.dice.fraction() < lose && !durable {
            return Vec::new();
        }
        let is_late = self.dice.fraction() < delay;
        let mut arrivals = vec![if is_late { longest_delay.mul_f64(self.dice.fraction()) } else { Duration::ZERO }];
        if self.dice.fraction() < repeat {
            arrivals.push(longest_delay.mul_f64(self.dice.fraction()));
        }
        arrivals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_calm_weather_all_arrives_once_and_at_once() {
        let mut fates = Fates::new(Weather::CALM);
        assert!((0..100).all(|_| fates.arrivals(false) == [Duration::ZERO]));
    }

    #[test]
    fn rates_are_kept_roughly_and_what_is_durable_is_not_lost() {
        let storm = Weather { seed: 5, lose: 0.25, repeat: 0.25, delay: 0.25, ..Weather::CALM };
        let count = |durable| {
            let mut fates = Fates::new(storm);
            let all: Vec<_> = (0..4_000).map(|_| fates.arrivals(durable)).collect();
            (all.iter().filter(|arrivals| arrivals.is_empty()).count(), all.iter().filter(|it| it.len() == 2).count())
        };
        let (lost, repeated) = count(false);
        assert!((900..1_100).contains(&lost) && (650..850).contains(&repeated), "{lost} {repeated}");
        assert_eq!(count(true).0, 0);
        assert_eq!(count(false), count(false));
    }
}
