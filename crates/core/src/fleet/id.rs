//! How requests are named: by UUIDs of version 7 (RFC 9562), which sort by the time of their making.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid, Version};

/// The name of a request, or of a call, which is one or more requests that belong together. Never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(Uuid);

/// A text that is no request's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not the id of a request: it must be a UUID of version 7")]
pub struct IdError(String);

impl RequestId {
    /// A new id from the time and ten random bytes.
    pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        Self(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

impl FromStr for RequestId {
    type Err = IdError;

    /// Takes the one way in which ids are written, so that one id cannot have two texts.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let refused = || IdError(text.chars().take(64).collect());
        let id = Uuid::try_parse(text).map_err(|_| refused())?;
        let canonical = id.get_version() == Some(Version::SortRand) && id.hyphenated().to_string() == text;
        if canonical { Ok(Self(id)) } else { Err(refused()) }
    }
}

impl TryFrom<String> for RequestId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_have_one_text() {
        let at = |second| RequestId::new(Timestamp::from_second(second).unwrap(), [0xff; 10]);
        assert!(at(1) < at(2));
        let text = at(1_790_000_000).to_string();
        assert_eq!(text.parse(), Ok(at(1_790_000_000)));
        for other in [text.to_uppercase(), text.replace('-', ""), "6ba7b810-9dad-11d1-80b4-00c04fd430c8".into()] {
            assert!(other.parse::<RequestId>().is_err(), "{other}");
        }
    }
}
