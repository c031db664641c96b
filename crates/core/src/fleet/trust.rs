//! Whom an agent believes: a file of callers' names and public keys.
//!
//! ```toml
//! [[caller]]
//! name = "ops"
//! key = "ed25519:..."
//!
//! [[caller]]                       # the same caller's next key, for a rotation
//! name = "ops"
//! key = "ed25519:..."
//!
//! [[caller]]
//! name = "deploy"
//! key = "ed25519:..."
//! until = 2027-01-01T00:00:00Z     # not believed from then on
//! ```
//!
//! Who a caller is comes from here, and never from what it sends.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keys::PublicKey;
use super::problems::{Problems, in_one_line, table, tables};

/// The longest name of a caller, in characters.
pub const LONGEST_NAME: usize = 64;
/// The most keys in a file.
pub const MOST_KEYS: usize = 10_000;

/// What a caller is called. It stands in policies, audits and logs, so it has no blanks, and nothing that patterns use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CallerName(String);

/// A text that cannot name a caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a caller's name has 1 to {LONGEST_NAME} letters a-z and A-Z, digits, or '.', '_', '@', '+', '-'")]
pub struct CallerNameError;

impl CallerName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CallerName {
    type Error = CallerNameError;

    fn try_from(text: String) -> Result<Self, CallerNameError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._@+-".contains(&byte);
        let fits = (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(allowed);
        if fits { Ok(Self(text)) } else { Err(CallerNameError) }
    }
}

impl FromStr for CallerName {
    type Err = CallerNameError;

    fn from_str(text: &str) -> Result<Self, CallerNameError> {
        Self::try_from(text.to_owned())
    }
}

impl From<CallerName> for String {
    fn from(name: CallerName) -> Self {
        name.0
    }
}

impl fmt::Display for CallerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A key that is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// Whose it is.
    pub name: CallerName,
    /// From when on it is believed no longer.
    pub until: Option<Timestamp>,
}

/// What is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Its owner is believed.
    Trusted(&'a CallerName),
    /// Its owner was believed until then.
    Ended(&'a CallerName, Timestamp),
    /// Nobody knows it.
    Unknown,
}

/// Whom an agent believes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust(BTreeMap<PublicKey, Trusted>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    key: String,
    until: Option<toml::Value>,
}

impl Trust {
    /// Reads the file.
    ///
    /// # Errors
    /// With everything that is wrong in it: of a file that is wrong somewhere nothing is believed.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let mut keys = BTreeMap::new();
        let rows = tables(table(text)?, "caller", &mut problems);
        if rows.len() > MOST_KEYS {
            problems.push(format!("there are {} keys; at most {MOST_KEYS} are allowed", rows.len()));
        }
        for (place, row) in rows.into_iter().enumerate().take(MOST_KEYS) {
            if let Err(problem) = take(row, &mut keys) {
                problems.push(format!("[[caller]] number {}: {problem}", place + 1));
            }
        }
        if problems.is_empty() { Ok(Self(keys)) } else { Err(Problems(problems)) }
    }

    /// Whether a key is believed now, and whose it is.
    pub fn standing(&self, key: &PublicKey, now: Timestamp) -> Standing<'_> {
        match self.0.get(key) {
            None => Standing::Unknown,
            Some(Trusted { name, until: Some(until) }) if now >= *until => Standing::Ended(name, *until),
            Some(Trusted { name, .. }) => Standing::Trusted(name),
        }
    }

    /// All keys.
    pub fn iter(&self) -> impl Iterator<Item = (&PublicKey, &Trusted)> {
        self.0.iter()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody is believed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn take(row: toml::Value, keys: &mut BTreeMap<PublicKey, Trusted>) -> Result<(), String> {
    let row: Row = row.try_into().map_err(|error| in_one_line(&error))?;
    let name: CallerName = row.name.parse().map_err(|error: CallerNameError| error.to_string())?;
    let key: PublicKey = row.key.parse().map_err(|error| format!("the key of {name}: {error}"))?;
    let until =
        row.until.map(|until| instant(&until).map_err(|why| format!("'until' of {name}: {why}"))).transpose()?;
    match keys.entry(key) {
        Entry::Occupied(known) => {
            Err(format!("the key of {name} stands here twice, first as the key of {}; leave one", known.get().name))
        }
        Entry::Vacant(place) => {
            place.insert(Trusted { name, until });
            Ok(())
        }
    }
}

fn instant(value: &toml::Value) -> Result<Timestamp, String> {
    let text = match value {
        toml::Value::Datetime(time) => time.to_string(),
        toml::Value::String(text) => text.clone(),
        _ => String::new(),
    };
    text.parse().map_err(|_| "it must be a date, a time and an offset, such as 2027-01-01T00:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fleet::keys::SigningKey;

    fn key(seed: u8) -> PublicKey {
        SigningKey::from_seed([seed; 32]).unwrap().public()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_may_have_several_keys_and_a_key_may_end() {
        let text = format!(
            "[[caller]]\nname = 'ops'\nkey = '{}'\n[[caller]]\nname = 'ops'\nkey = '{}'\nuntil = 2027-01-01T01:00:00+01:00\n",
            key(1),
            key(2)
        );
        let trust = Trust::parse(&text).unwrap();
        let ops: CallerName = "ops".parse().unwrap();
        assert_eq!(trust.len(), 2);
        assert_eq!(trust.standing(&key(1), Timestamp::MAX), Standing::Trusted(&ops));
        assert_eq!(trust.standing(&key(2), at("2026-12-31T23:59:59Z")), Standing::Trusted(&ops));
        let end = at("2027-01-01T00:00:00Z");
        assert_eq!(trust.standing(&key(2), end), Standing::Ended(&ops, end));
        assert_eq!(trust.standing(&key(3), end), Standing::Unknown);
        assert!(Trust::parse("# nobody yet\n").unwrap().is_empty());
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_and_nothing_is_believed() {
        let secret = SigningKey::from_seed([9; 32]).unwrap().secret();
        let text = format!(
            "callers = 1\n\
             [[caller]]\nname = 'ops'\nkey = '{good}'\n\
             [[caller]]\nname = 'dev'\nkey = '{good}'\n\
             [[caller]]\nname = 'a b'\nkey = '{other}'\n\
             [[caller]]\nname = 'x'\nkey = 'ed25519:short'\n\
             [[caller]]\nname = 'y'\nkey = '{secret}'\n\
             [[caller]]\nname = 'z'\nkey = '{other}'\nuntil = 2027-01-01\n\
             [[caller]]\nname = 'v'\nkey = '{other}'\nuntill = 2027-01-01T00:00:00Z\n",
            good = key(1),
            other = key(2)
        );
        let problems = Trust::parse(&text).unwrap_err();
        let parts = [
            "'callers'",
            "twice, first as the key of ops",
            "a caller's name",
            "of x",
            "secret key",
            "'until' of z",
            "untill",
        ];
        assert_eq!(problems.0.len(), parts.len(), "{problems}");
        for part in parts {
            assert!(problems.to_string().contains(part), "{part} is missing in {problems}");
        }
        assert!(!problems.to_string().contains(&secret), "{problems}");
        assert!(Trust::parse("[[caller").is_err());
        assert!(Trust::parse("caller = 'ops'").is_err());
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[\\[\\]a-z=\"'\n0-9:.]{0,80}") {
            let _ = Trust::parse(&text);
        }
    }
}
