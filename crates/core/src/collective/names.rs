//! The names in messages. They go into logs, tables and names of files, so each is checked before it is believed.

use std::fmt;

/// How many characters the id of a batch has.
const BATCH_ID_LENGTH: usize = 10;
/// What it consists of.
const ALPHABET: [u8; 36] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// The longest host name, in bytes: as in DNS.
const LONGEST_HOST: usize = 255;
/// The longest id of a message, in bytes: as SQS has it.
const LONGEST_MESSAGE_ID: usize = 100;

/// Why a text is no such name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Not [`BATCH_ID_LENGTH`] capitals and digits.
    #[error("batch_msg_id is not {BATCH_ID_LENGTH} characters of A-Z and 0-9")]
    Batch,
    /// Empty, too long, or with a character that would corrupt logs and tables.
    #[error("{0} is empty, longer than {1} bytes, or has a control character")]
    Line(&'static str, usize),
}

fn line(what: &'static str, text: &str, longest: usize) -> Result<(), NameError> {
    let fits = !text.is_empty() && text.len() <= longest && !text.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(NameError::Line(what, longest)) }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks and takes a name.
            ///
            /// # Errors
            /// When it cannot be one.
            pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
                let text = text.into();
                let check: fn(&str) -> Result<(), NameError> = $check;
                check(&text)?;
                Ok(Self(text))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
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
    /// What the copies of one command have in common: ten characters of A-Z and 0-9.
    BatchId, |text| {
        let fits = text.len() == BATCH_ID_LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte));
        if fits { Ok(()) } else { Err(NameError::Batch) }
    }
}
name! {
    /// What an agent calls its host.
    HostName, |text| line("hostname", text, LONGEST_HOST)
}
name! {
    /// What SQS calls one message: each copy of a command has its own.
    MessageId, |text| line("msg_id", text, LONGEST_MESSAGE_ID)
}

impl BatchId {
    /// The id that a random number makes.
    pub fn from_random(random: u64) -> Self {
        let mut rest = random;
        let mut character = || {
            let base = ALPHABET.len() as u64;
            let place = usize::try_from(rest % base).unwrap_or_default();
            rest /= base;
            char::from(ALPHABET[place])
        };
        Self((0..BATCH_ID_LENGTH).map(|_| character()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_batch_is_ten_capitals_and_digits() {
        assert!(BatchId::new("AB12CD34Z9").is_ok());
        for text in ["", "AB12CD34Z", "AB12CD34Z90", "ab12cd34z9", "../../etc/", "ÄB12CD34Z"] {
            assert_eq!(BatchId::new(text), Err(NameError::Batch), "{text}");
        }
    }

    #[test]
    fn any_random_number_makes_an_id() {
        for random in [0, 1, 35, 36, u64::MAX / 3, u64::MAX] {
            let id = BatchId::from_random(random);
            assert_eq!(BatchId::new(id.as_str()), Ok(id.clone()), "{random}");
        }
        assert_ne!(BatchId::from_random(1 << 50), BatchId::from_random(1 << 51));
    }

    #[test]
    fn a_host_name_is_one_line_of_bounded_length() {
        assert!(HostName::new("ip-10-0-0-1.eu-west-1.compute.internal").is_ok());
        assert!(HostName::new("h".repeat(255)).is_ok());
        for text in ["", "a\nb", "\x1b[2J", &"h".repeat(256)] {
            assert!(HostName::new(text).is_err(), "{text:?}");
        }
    }
}
