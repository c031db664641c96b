//! A number of nodes, or a percentage of them: `5`, `20%`.

use std::fmt;
use std::str::FromStr;

/// How many of the nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// So many.
    Count(usize),
    /// So many of a hundred, from 0 to 100.
    Percent(u8),
}

/// A text that is no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is neither a number of nodes nor a percentage: write 5 or 20%")]
pub struct ShareError(String);

impl Share {
    /// Whether it is none of any number.
    pub const fn is_nothing(self) -> bool {
        matches!(self, Self::Count(0) | Self::Percent(0))
    }

    /// That share of `total`, rounded down.
    pub fn of(self, total: usize) -> usize {
        match self {
            Self::Count(count) => count.min(total),
            // In two parts, so that nothing overflows.
            Self::Percent(percent) => {
                let percent = usize::from(percent);
                total / 100 * percent + total % 100 * percent / 100
            }
        }
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let refused = || ShareError(text.chars().take(32).collect());
        match text.strip_suffix('%') {
            Some(number) => match number.parse() {
                Ok(percent @ 0..=100) => Ok(Self::Percent(percent)),
                _ => Err(refused()),
            },
            None => text.parse().map(Self::Count).map_err(|_| refused()),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counts_or_percentages() {
        let of = |text: &str, total| text.parse::<Share>().unwrap().of(total);
        assert_eq!(
            ["0", "0%", "1", "1%"].map(|text| text.parse::<Share>().unwrap().is_nothing()),
            [true, true, false, false]
        );
        assert_eq!([of("5", 3), of("5", 30), of("0", 30)], [3, 5, 0]);
        assert_eq!([of("20%", 9), of("20%", 10), of("100%", 7), of("0%", 7)], [1, 2, 7, 0]);
        assert_eq!(of("50%", usize::MAX), usize::MAX / 2);
        for text in ["", "%", "-1", "101%", "5 %", "half"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }
}
