//! Names that come from outside, checked once at the door.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest job name or node id, in bytes: short enough for a key in every store.
pub const LONGEST_NAME: usize = 200;

/// Why a text cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing there.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// More than [`LONGEST_NAME`] bytes.
    #[error("{0} has {1} bytes; at most {LONGEST_NAME} are allowed")]
    TooLong(&'static str, usize),
    /// A control character, which would corrupt logs and tables.
    #[error("{0} contains a control character")]
    Control(&'static str),
}

fn check(kind: &'static str, text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty(kind));
    }
    if text.len() > LONGEST_NAME {
        return Err(NameError::TooLong(kind, text.len()));
    }
    if text.chars().any(char::is_control) {
        return Err(NameError::Control(kind));
    }
    Ok(())
}

/// Whether a text can be the name of a region or zone of AWS. It becomes part of host names, so nothing else may pass.
pub fn looks_like_region(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (2..=63).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(allowed)
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks and takes a name.
            ///
            /// # Errors
            /// When it is empty, longer than [`LONGEST_NAME`] bytes, or holds a control character.
            pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
                let text = text.into();
                check($kind, &text)?;
                Ok(Self(text))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// What a job is called, the same on every node.
    JobName, "the job's name"
}
name! {
    /// What a node is called within its group: an instance id, an address or a host name.
    NodeId, "the node's id"
}
name! {
    /// One attempt of one wrapper to run one tick, never used twice.
    RunId, "the run's id"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_any_script_and_refuses_what_breaks_a_line() {
        assert!(JobName::new("Sicherung täglich 備份").is_ok());
        assert_eq!(JobName::new(""), Err(NameError::Empty("the job's name")));
        assert_eq!(JobName::new("a\nb"), Err(NameError::Control("the job's name")));
        assert!(JobName::new("x".repeat(LONGEST_NAME)).is_ok());
        assert!(JobName::new("x".repeat(LONGEST_NAME + 1)).is_err());
    }

    #[test]
    fn regions_fit_in_host_names() {
        for region in ["eu-west-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1", "local"] {
            assert!(looks_like_region(region), "{region}");
        }
        for text in ["", "x", "EU-WEST-1", "eu-west-1.evil.com", "eu/west", "-eu", "eu-", "eu west", "eu\n", "é-1"] {
            assert!(!looks_like_region(text), "{text}");
        }
        assert!(!looks_like_region(&"a".repeat(64)));
    }
}
