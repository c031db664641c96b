//! What can stand in a configuration file.

use std::time::Duration;

use serde_json::Value;

/// The longest time that can be configured.
const LONGEST: Duration = Duration::from_secs(86_400);

/// A kind of value.
pub(super) trait FromValue: Sized {
    /// What is expected, behind "is not".
    const EXPECTED: &'static str;

    /// The value, when it is of this kind.
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_value(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl FromValue for String {
    const EXPECTED: &'static str = "a text with something in it";

    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

impl FromValue for Duration {
    const EXPECTED: &'static str = "a number of seconds from 0 to 86400";

    fn from_value(value: &Value) -> Option<Self> {
        let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
        Self::try_from_secs_f64(seconds).ok().filter(|time| *time <= LONGEST)
    }
}

/// Texts: a list, or one text with commas between them.
impl FromValue for Vec<String> {
    const EXPECTED: &'static str = "a list of texts, or one text with commas between them";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => {
                Some(text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect())
            }
            Value::Array(items) => items.iter().map(String::from_value).collect(),
            _ => None,
        }
    }
}

/// From which gravity on something is logged, in the words of the old files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum LogLevel {
    /// Everything.
    Debug,
    /// What goes on.
    #[default]
    Info,
    /// What is not as it should be.
    Warn,
    /// What failed.
    Error,
    /// What ends the program.
    Critical,
}

impl FromValue for LogLevel {
    const EXPECTED: &'static str = "one of DEBUG, INFO, WARN, ERROR and CRITICAL";

    fn from_value(value: &Value) -> Option<Self> {
        Some(match value.as_str()? {
            "DEBUG" => Self::Debug,
            "INFO" => Self::Info,
            "WARN" => Self::Warn,
            "ERROR" => Self::Error,
            "CRITICAL" => Self::Critical,
            _ => return None,
        })
    }
}
