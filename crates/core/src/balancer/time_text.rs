//! Times as the API counts them, in whole seconds or minutes, as people write them: `20`, `20s`, `5m`.

use super::invalid::Invalid;
use crate::duration;

/// Reads a number of seconds, or a duration of whole seconds.
///
/// # Errors
/// When it is neither, or more than the API can be told.
pub fn parse_seconds(text: &str) -> Result<u16, Invalid> {
    parse(text, 1).ok_or_else(|| Invalid::text(text, "time in seconds", "give whole seconds, such as 30, 30s or 5m"))
}

/// Reads a number of minutes, or a duration of whole minutes.
///
/// # Errors
/// When it is neither, or more than the API can be told.
pub fn parse_minutes(text: &str) -> Result<u16, Invalid> {
    parse(text, 60).ok_or_else(|| Invalid::text(text, "time in minutes", "give whole minutes, such as 5, 5m or 1h"))
}

fn parse(text: &str, unit: u64) -> Option<u16> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let time = duration::parse(text).ok()?;
    let whole = time.subsec_nanos() == 0 && time.as_secs().is_multiple_of(unit);
    u16::try_from(time.as_secs() / unit).ok().filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_durations_are_read() {
        for (text, seconds) in [("0", 0), ("20", 20), ("20s", 20), ("5m", 300), ("1h 1s", 3_601), ("65535", 65_535)] {
            assert_eq!(parse_seconds(text), Ok(seconds), "{text}");
        }
        for (text, minutes) in [("5", 5), ("5m", 5), ("1h", 60), ("60s", 1)] {
            assert_eq!(parse_minutes(text), Ok(minutes), "{text}");
        }
    }

    #[test]
    fn what_the_api_cannot_be_told_is_refused() {
        for text in ["", "-1", "+1", "1.5", "1500ms", "1d", "65536", "soon", "1month"] {
            assert!(parse_seconds(text).is_err(), "{text}");
        }
        for text in ["90s", "1s", "x"] {
            assert!(parse_minutes(text).is_err(), "{text}");
        }
    }
}
