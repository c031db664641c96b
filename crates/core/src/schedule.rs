//! When a job is due: the most recent tick that is not after now.
//!
//! Cron patterns are matched against local wall time. A local time that a change of the clocks skips does not
//! run; one that it repeats runs at its first occurrence only.

use std::time::Duration;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, Zoned};

use crate::time::Tick;

/// How many local times in a row may be skipped by a change of the clocks before a schedule counts as empty.
/// The longest change on record is a day (the date line), which holds 1,440 minutes.
const LONGEST_GAP_IN_MINUTES: usize = 1_500;

/// When a job is due.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// A cron pattern of five fields, in a time zone.
    Cron {
        /// The parsed pattern.
        pattern: Box<Cron>,
        /// The zone whose wall time the pattern speaks of.
        zone: TimeZone,
    },
    /// Every so many whole seconds since 1970-01-01T00:00:00Z.
    Every(Duration),
}

/// Why a schedule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The pattern does not parse.
    #[error(
        "'{pattern}' is not a cron pattern: {reason}; five fields are wanted, for example '*/15 2-4 * * mon-fri', or @hourly"
    )]
    Pattern {
        /// The text given.
        pattern: String,
        /// The parser's reason.
        reason: String,
    },
    /// The pattern parses, but no date can match it.
    #[error("'{0}' never comes true")]
    Never(String),
    /// The name is not in the time zone database.
    #[error("'{0}' is not a known time zone; use an IANA name such as Europe/Amsterdam")]
    Zone(String),
    /// `--every` is not a positive whole number of seconds.
    #[error("the interval must be a whole number of seconds, 1s at least")]
    Interval,
}

impl Schedule {
    /// Every minute, the default: now cut to the minute.
    pub const MINUTE: Self = Self::Every(Duration::from_secs(60));

    /// A schedule from a cron pattern and the name of a time zone.
    ///
    /// # Errors
    /// When the pattern or the zone is not understood, or the pattern can never match.
    pub fn cron(pattern: &str, zone: &str) -> Result<Self, ScheduleError> {
        let wrong = |reason: String| ScheduleError::Pattern { pattern: pattern.to_owned(), reason };
        if pattern.trim().eq_ignore_ascii_case("@reboot") {
            return Err(wrong("@reboot names no time".to_owned()));
        }
        let parsed = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build()
            .parse(pattern)
            .map_err(|error| wrong(error.to_string()))?;
        let zone = TimeZone::get(zone).map_err(|_| ScheduleError::Zone(zone.to_owned()))?;
        let schedule = Self::Cron { pattern: Box::new(parsed), zone };
        match schedule.next(Timestamp::UNIX_EPOCH) {
            Some(_) => Ok(schedule),
            None => Err(ScheduleError::Never(pattern.to_owned())),
        }
    }

    /// A schedule from an interval.
    ///
    /// # Errors
    /// When it is not a whole number of seconds, one at least.
    pub fn every(interval: Duration) -> Result<Self, ScheduleError> {
        if interval.as_secs() == 0 || interval.subsec_nanos() != 0 || i64::try_from(interval.as_secs()).is_err() {
            return Err(ScheduleError::Interval);
        }
        Ok(Self::Every(interval))
    }

    /// The most recent tick that is not after `now`; none when the schedule has none before.
    pub fn latest(&self, now: Timestamp) -> Option<Tick> {
        match self {
            Self::Every(interval) => {
                let step = i64::try_from(interval.as_secs()).ok()?;
                let second = now.as_second();
                let second = if now.subsec_nanosecond() < 0 { second - 1 } else { second };
                Timestamp::from_second(second.div_euclid(step) * step).ok().map(Tick::at)
            }
            Self::Cron { pattern, zone } => latest_match(pattern, zone, now),
        }
    }

    /// The first tick after `after`; none when there is none.
    pub fn next(&self, after: Timestamp) -> Option<Tick> {
        match self {
            Self::Every(interval) => {
                let step = i64::try_from(interval.as_secs()).ok()?;
                let second = self.latest(after)?.instant().as_second();
                Timestamp::from_second(second.checked_add(step)?).ok().map(Tick::at)
            }
            Self::Cron { pattern, zone } => next_match(pattern, zone, after),
        }
    }
}

/// A wall time, carried as if it were UTC: the matcher then sees a calendar without changes of the clocks.
fn wall(local: DateTime) -> Option<Zoned> {
    local.to_zoned(TimeZone::UTC).ok()
}

/// The instant a wall time stands for: its first occurrence; none when the clocks skip it.
fn first_occurrence(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => None,
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok(),
    }
}

/// The latest wall time whose first occurrence is not after `now`. In the second pass of a repeated hour that
/// is the last wall time of the first pass, not the one the clock shows.
fn latest_wall_time(zone: &TimeZone, now: Timestamp) -> DateTime {
    let shown = zone.to_datetime(now);
    if first_occurrence(shown, zone) == Some(now) {
        return shown;
    }
    let Some(change) = zone.preceding(now + Duration::from_nanos(1)).next() else { return shown };
    let before = change.timestamp() - Duration::from_nanos(1);
    shown.max(zone.to_datetime(before))
}

fn latest_match(pattern: &Cron, zone: &TimeZone, now: Timestamp) -> Option<Tick> {
    let mut from = wall(latest_wall_time(zone, now))?;
    let mut inclusive = true;
    for _ in 0..LONGEST_GAP_IN_MINUTES {
        let candidate = pattern.find_previous_occurrence(&from, inclusive).ok()?;
        match first_occurrence(candidate.datetime(), zone) {
            Some(instant) if instant <= now => return Some(Tick::at(instant)),
            _ => (from, inclusive) = (candidate, false),
        }
    }
    None
}

fn next_match(pattern: &Cron, zone: &TimeZone, after: Timestamp) -> Option<Tick> {
    let mut from = wall(zone.to_datetime(after))?;
    for _ in 0..LONGEST_GAP_IN_MINUTES {
        let candidate = pattern.find_next_occurrence(&from, false).ok()?;
        match first_occurrence(candidate.datetime(), zone) {
            Some(instant) if instant > after => return Some(Tick::at(instant)),
            _ => from = candidate,
        }
    }
    None
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
