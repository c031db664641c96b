//! How values are kept outside the program: JSON with the number of its format, so that a release tells what a newer
//! one has written from what is damaged.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Why kept text cannot be used. Whoever keeps it turns this into an error that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Written by a newer release, in this format.
    #[error("it has format {0}, which this release does not understand")]
    Newer(u32),
    /// Not what this program writes at all.
    #[error("it is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Written<'a, T> {
    format: u32,
    #[serde(flatten)]
    content: &'a T,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// A value as JSON in one line, with the number of its format before its own fields.
///
/// # Errors
/// The encoder's, for a value that is no JSON object; never for one that is.
pub fn encode<T: Serialize>(format: u32, content: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Written { format, content })
}

/// Reads what [`encode`] wrote with this format or an older one.
///
/// # Errors
/// When the text is of a newer format, or not such a value.
pub fn decode<T: DeserializeOwned>(understood: u32, text: &str) -> Result<T, Unreadable> {
    check(understood, text)?;
    Ok(serde_json::from_str(text)?)
}

/// The format of a text, before anything else in it is looked at: of a newer one the fields may be unknown.
///
/// # Errors
/// When the format is newer than the one that is understood, or the text has none.
pub fn check(understood: u32, text: &str) -> Result<u32, Unreadable> {
    let Format { format } = serde_json::from_str(text)?;
    if format > understood { Err(Unreadable::Newer(format)) } else { Ok(format) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Value {
        name: String,
    }

    #[test]
    fn what_is_written_reads_back_in_the_same_and_in_a_later_release() {
        let value = Value { name: "a".to_owned() };
        let text = encode(2, &value).unwrap();
        assert_eq!(text, r#"{"format":2,"name":"a"}"#);
        for understood in [2, 3] {
            assert_eq!(decode::<Value>(understood, &text).unwrap(), value);
        }
    }

    #[test]
    fn a_newer_format_is_told_from_damage_whatever_its_fields_are() {
        assert!(matches!(decode::<Value>(1, r#"{"format":2,"shape":1}"#), Err(Unreadable::Newer(2))));
        for text in ["", "[]", "{}", r#"{"format":-1,"name":"a"}"#, r#"{"format":1}"#, r#"{"format":1,"name":"a""#] {
            assert!(matches!(decode::<Value>(1, text), Err(Unreadable::Damaged(_))), "{text}");
        }
    }
}
