//! When a log is put aside, and under which name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, Zoned};

/// What an interval is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `S`
    Seconds,
    /// `M`
    Minutes,
    /// `H`
    Hours,
    /// `D`: 24 hours, from whenever the log was begun.
    Days,
    /// `MIDNIGHT`: calendar days of the zone.
    Midnight,
    /// `W0` to `W6`: weeks that end with this day, 0 being Monday.
    Week(i8),
}

/// When a log is put aside, and how many are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    unit: Unit,
    interval: u32,
    count: usize,
}

/// Why there is no such rotation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// The unit is none of Python's.
    #[error("'{0}' is no unit of log rotation; use S, M, H, D, MIDNIGHT, or W0 (Monday) to W6 (Sunday)")]
    UnknownUnit(String),
    /// No time at all between two rotations.
    #[error("a log cannot be put aside every 0 units of time; use 1 or more")]
    NoInterval,
}

impl FromStr for Unit {
    type Err = RotationError;

    /// Reads a unit in any case.
    fn from_str(text: &str) -> Result<Self, RotationError> {
        match text.to_ascii_uppercase().as_bytes() {
            b"S" => Ok(Self::Seconds),
            b"M" => Ok(Self::Minutes),
            b"H" => Ok(Self::Hours),
            b"D" => Ok(Self::Days),
            b"MIDNIGHT" => Ok(Self::Midnight),
            [b'W', day @ b'0'..=b'6'] => Ok(Self::Week((day - b'0').cast_signed())),
            _ => Err(RotationError::UnknownUnit(text.to_owned())),
        }
    }
}

impl Unit {
    const fn seconds(self) -> i64 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 3_600,
            Self::Days | Self::Midnight => 86_400,
            Self::Week(_) => 7 * 86_400,
        }
    }

    /// The format of the date in the names of its files (strftime(3)).
    const fn format(self) -> &'static str {
        match self {
            Self::Seconds => "%Y-%m-%d_%H-%M-%S",
            Self::Minutes => "%Y-%m-%d_%H-%M",
            Self::Hours => "%Y-%m-%d_%H",
            Self::Days | Self::Midnight | Self::Week(_) => "%Y-%m-%d",
        }
    }

    /// The shape of that date, where 0 is any digit.
    const fn shape(self) -> &'static [u8] {
        match self {
            Self::Seconds => b"0000-00-00_00-00-00",
            Self::Minutes => b"0000-00-00_00-00",
            Self::Hours => b"0000-00-00_00",
            Self::Days | Self::Midnight | Self::Week(_) => b"0000-00-00",
        }
    }
}

impl Rotation {
    /// Puts a log aside every `interval` units and keeps `count` of them, or all of them when it is 0.
    ///
    /// # Errors
    /// When the interval is 0.
    pub fn new(unit: Unit, interval: u32, count: usize) -> Result<Self, RotationError> {
        if interval == 0 { Err(RotationError::NoInterval) } else { Ok(Self { unit, interval, count }) }
    }

    /// How many are kept; none for all.
    pub(super) fn kept(&self) -> Option<usize> {
        (self.count > 0).then_some(self.count)
    }

    /// When a log that was begun, or last written, at this time is put aside. Beyond the calendar's end: never.
    pub(super) fn next(&self, from: Timestamp, zone: &TimeZone) -> Timestamp {
        let days = match self.unit {
            Unit::Midnight => i64::from(self.interval),
            Unit::Week(last) => {
                let today = from.to_zoned(zone.clone()).weekday().to_monday_zero_offset();
                i64::from((last - today).rem_euclid(7)) + 1 + 7 * i64::from(self.interval - 1)
            }
            _ => return from.checked_add(self.length()).unwrap_or(Timestamp::MAX),
        };
        days_after(&from.to_zoned(zone.clone()), days).unwrap_or(Timestamp::MAX)
    }

    /// Under which name the log that was due to be put aside at `due` is, at `now`: that of its interval's beginning.
    pub(super) fn name(&self, log: &Path, due: Timestamp, now: Timestamp, zone: &TimeZone) -> PathBuf {
        let begun = self.beginning(&due.to_zoned(zone.clone()), now);
        let mut name = OsString::from(log);
        name.push(".");
        name.push(begun.strftime(self.unit.format()).to_string());
        PathBuf::from(name)
    }

    fn beginning(&self, due: &Zoned, now: Timestamp) -> Zoned {
        let days = self.length().as_secs() / Unit::Days.seconds();
        let begun = match self.unit {
            Unit::Midnight | Unit::Week(_) => days_after(due, -days),
            _ => due.timestamp().checked_sub(self.length()).ok().map(|begun| shown_now(begun, now, due.time_zone())),
        };
        begun.map_or_else(|| due.clone(), |begun| begun.to_zoned(due.time_zone().clone()))
    }

    /// Whether a part of a file's name is a date as in [`Rotation::name`].
    pub(super) fn is_date(&self, part: &[u8]) -> bool {
        let shape = self.unit.shape();
        let fits = |(&byte, &shape): (&u8, &u8)| if shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
        part.len() == shape.len() && part.iter().zip(shape).all(fits)
    }

    fn length(&self) -> SignedDuration {
        SignedDuration::from_secs(self.unit.seconds() * i64::from(self.interval))
    }
}

/// The midnight so many days after that of an instant's own day.
fn days_after(from: &Zoned, days: i64) -> Option<Timestamp> {
    let date = from.date().checked_add(Span::new().try_days(days).ok()?).ok()?;
    Some(date.to_zoned(from.time_zone().clone()).ok()?.timestamp())
}

/// The instant at which the clock shows what it would have shown at this one, had it been as far forward as it is now.
/// Python names logs so.
fn shown_now(instant: Timestamp, now: Timestamp, zone: &TimeZone) -> Timestamp {
    let is_summer = |at| zone.to_offset_info(at).dst().is_dst();
    let hours = match (is_summer(instant), is_summer(now)) {
        (false, true) => 1,
        (true, false) => -1,
        _ => 0,
    };
    instant.checked_add(SignedDuration::from_hours(hours)).unwrap_or(instant)
}

#[cfg(test)]
#[path = "rotation_tests.rs"]
mod tests;
