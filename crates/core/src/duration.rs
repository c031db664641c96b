//! Durations as people write them: `90s`, `5m`, `1h 30m`, `2d`.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo, Unit};

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not of the form at all.
    #[error("'{0}' is not a duration; write for example 30s, 5m, 1h30m or 1d")]
    Malformed(String),
    /// Below zero, or of months and years, whose length varies.
    #[error("'{0}' has no fixed, positive length; use seconds, minutes, hours, days or weeks")]
    NotFixed(String),
    /// Zero, where there must be some.
    #[error("'{0}' is no time at all; write for example 30s, 5m, 1h30m or 1d")]
    Nothing(String),
}

/// Reads a duration. A day has 24 hours; months and years are refused because their length varies.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let span: Span = text.trim().parse().map_err(|_| DurationError::Malformed(text.to_owned()))?;
    let not_fixed = || DurationError::NotFixed(text.to_owned());
    if span.is_negative() || span.get_months() != 0 || span.get_years() != 0 {
        return Err(not_fixed());
    }
    let nanos = span.total((Unit::Nanosecond, SpanRelativeTo::days_are_24_hours())).map_err(|_| not_fixed())?;
    Duration::try_from_secs_f64(nanos / 1e9).map_err(|_| not_fixed())
}

/// Reads a duration that is more than nothing.
///
/// # Errors
/// Those of [`parse`]; and when it is nothing.
pub fn parse_positive(text: &str) -> Result<Duration, DurationError> {
    match parse(text)? {
        Duration::ZERO => Err(DurationError::Nothing(text.to_owned())),
        duration => Ok(duration),
    }
}

/// Writes a duration with its two leading units: `1h 5m`, `2.3s`, `120ms`.
pub fn display(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{}ms", duration.as_millis()),
        1..=59 => format!("{:.1}s", duration.as_secs_f64()),
        60..=3_599 => format!("{}m {}s", seconds / 60, seconds % 60),
        3_600..=86_399 => format!("{}h {}m", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{}d {}h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, seconds) in
            [("30s", 30), ("5m", 300), ("1h30m", 5_400), ("1d", 86_400), ("1h 30m", 5_400), ("1w", 604_800)]
        {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
    }

    #[test]
    fn refuses_nothing_where_there_must_be_some() {
        assert_eq!(parse_positive("0s"), Err(DurationError::Nothing("0s".to_owned())));
        assert_eq!(parse_positive("1ms"), Ok(Duration::from_millis(1)));
        assert_eq!(parse_positive("soon"), Err(DurationError::Malformed("soon".to_owned())));
    }

    #[test]
    fn refuses_what_has_no_fixed_length() {
        for text in ["", "5", "soon", "-5s", "1mo", "1y"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shows_two_units_at_most() {
        assert_eq!(display(Duration::from_millis(120)), "120ms");
        assert_eq!(display(Duration::from_millis(2_340)), "2.3s");
        assert_eq!(display(Duration::from_secs(3_900)), "1h 5m");
    }
}
