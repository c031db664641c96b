//! Tags of load balancers (`Tag` of the API reference).

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::invalid::Invalid;
use super::text_type::text_type;

const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// What only AWS may begin a key with, in any case.
const RESERVED: &str = "aws:";

const KEY_RULE: &str = "give 1 to 128 letters, digits, spaces and _ . : / = + - @, not beginning with aws:";
const VALUE_RULE: &str = "give at most 256 letters, digits, spaces and _ . : / = + - @";

text_type! {
    /// The key of a tag: 1 to 128 letters, digits, spaces and `_ . : / = + - @`, not beginning with `aws:`.
    TagKey, check_key
}

/// A tag of a load balancer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value; may be empty.
    pub value: String,
}

impl Tag {
    /// A checked tag.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Result<Self, Invalid> {
        let tag = Self { key: key.into(), value: value.into() };
        tag.check()?;
        Ok(tag)
    }

    /// Checks it against the API reference.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), Invalid> {
        check_key(&self.key)?;
        match self.value.chars().count() <= LONGEST_VALUE && self.value.chars().all(is_allowed) {
            true => Ok(()),
            false => Err(Invalid::text(&self.value, "value of a tag", VALUE_RULE)),
        }
    }
}

/// Checks tags that are to be set together.
///
/// # Errors
/// When one is wrong, or two have the same key.
pub fn check_tags(tags: &[Tag]) -> Result<(), Invalid> {
    for (place, tag) in tags.iter().enumerate() {
        tag.check()?;
        if tags[..place].iter().any(|other| other.key == tag.key) {
            let message = format!("there are two tags with the key '{}'", tag.key);
            return Err(Invalid::new(message, "give each key once"));
        }
    }
    Ok(())
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

impl FromStr for Tag {
    type Err = Invalid;

    /// Reads `KEY=VALUE`, and `KEY` for an empty value. The key ends at the first `=`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        Self::new(key, value)
    }
}

fn check_key(key: &str) -> Result<(), Invalid> {
    let fits = (1..=LONGEST_KEY).contains(&key.chars().count()) && key.chars().all(is_allowed);
    let reserved = key.get(..RESERVED.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED));
    match fits && !reserved {
        true => Ok(()),
        false => Err(Invalid::text(key, "key of a tag", KEY_RULE)),
    }
}

/// The API's pattern: letters, separators and numbers of Unicode, and a few signs.
fn is_allowed(character: char) -> bool {
    let blank = character.is_whitespace() && !character.is_control();
    character.is_alphanumeric() || blank || "_.:/=+-@".contains(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_and_values_have_limits() {
        for (key, value) in [("a", ""), ("Straße 1", "x=y"), (&"k".repeat(128), &"é".repeat(256)), ("a:b/c", "@+-._")]
        {
            assert!(Tag::new(key, value).is_ok(), "{key}={value}");
        }
        for (key, value) in [
            ("", "x"),
            (&*"k".repeat(129), ""),
            ("a", &*"v".repeat(257)),
            ("aws:x", ""),
            ("AWS:x", ""),
            ("a\n", ""),
            ("a", "\t"),
            ("a*", ""),
            ("a", "b,c"),
        ] {
            assert!(Tag::new(key, value).is_err(), "{key}={value}");
        }
    }

    #[test]
    fn a_key_is_given_once() {
        let tags = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<Tag>>();
        assert!(check_tags(&tags(&["a=1", "b=1"])).is_ok());
        assert!(check_tags(&tags(&["a=1", "b=1", "a=2"])).is_err());
    }

    proptest! {
        #[test]
        fn every_good_tag_is_read_as_it_was_written(key in "[\\pL\\pN _.:/+@-]{1,20}", value in "[\\pL\\pN _.:/=+@-]{0,20}") {
            let tag = Tag { key, value };
            prop_assume!(tag.check().is_ok());
            prop_assert_eq!(tag.to_string().parse::<Tag>(), Ok(tag));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".*", near in "aws?é?:?=?") {
            let _ = (text.parse::<Tag>(), near.parse::<Tag>());
        }
    }
}
