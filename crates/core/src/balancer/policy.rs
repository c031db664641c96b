//! Policies: how a listener or the instances behind it behave (`PolicyDescription`, `PolicyTypeDescription`).

use std::fmt;

use serde::Serialize;

use super::invalid::Invalid;
use super::text_type::text_type;

/// The longest name of a cookie that is sent. The API reference gives no limit; this one bounds the request.
const LONGEST_COOKIE: usize = 255;

text_type! {
    /// The name of a cookie: a token of RFC 6265, which has no blanks, controls or separators, such as `JSESSIONID`.
    CookieName, check_cookie
}

/// A policy of a load balancer, or one of AWS's samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// The name of its type.
    pub type_name: String,
    /// What makes it differ from others of its type.
    pub attributes: Vec<PolicyAttribute>,
}

/// An attribute of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyAttribute {
    /// The name that the type gives it.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl std::str::FromStr for PolicyAttribute {
    type Err = Invalid;

    /// Reads `NAME=VALUE`; the value may be empty.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Self { name: name.to_owned(), value: value.to_owned() }),
            _ => Err(Invalid::text(text, "attribute of a policy", "write NAME=VALUE")),
        }
    }
}

impl fmt::Display for PolicyAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// A type of policies that AWS offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyType {
    /// Its name, for `CreateLoadBalancerPolicy`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The attributes that its policies have.
    pub attributes: Vec<PolicyAttributeType>,
}

/// An attribute that the policies of a type have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyAttributeType {
    /// Its name.
    pub name: String,
    /// The type of its values, such as `Boolean`, `String` or `Integer`.
    pub value_type: String,
    /// What it is for.
    pub description: String,
    /// Its value where none is given.
    pub default: Option<String>,
    /// How often it may be given.
    pub cardinality: Cardinality,
}

/// How many values an attribute may have. It is serialized as AWS writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Cardinality {
    /// Exactly one.
    One,
    /// One, or none.
    ZeroOrOne,
    /// Any number.
    ZeroOrMore,
    /// At least one.
    OneOrMore,
    /// Something that the API reference does not know.
    #[serde(untagged)]
    Other(String),
}

impl Cardinality {
    /// Reads AWS's word for it, such as `ZERO_OR_ONE` or `ZERO_OR_ONE(0..1)`.
    pub fn from_aws(text: &str) -> Self {
        match text.split('(').next().unwrap_or_default() {
            "ONE" => Self::One,
            "ZERO_OR_ONE" => Self::ZeroOrOne,
            "ZERO_OR_MORE" => Self::ZeroOrMore,
            "ONE_OR_MORE" => Self::OneOrMore,
            _ => Self::Other(text.to_owned()),
        }
    }
}

impl fmt::Display for Cardinality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::One => "one value",
            Self::ZeroOrOne => "at most one value",
            Self::ZeroOrMore => "any number of values",
            Self::OneOrMore => "one value or more",
            Self::Other(text) => text,
        })
    }
}

fn check_cookie(text: &str) -> Result<(), Invalid> {
    let separator = |byte: u8| b"()<>@,;:\\\"/[]?={}".contains(&byte);
    let allowed = |byte: u8| byte.is_ascii_graphic() && !separator(byte);
    match (1..=LONGEST_COOKIE).contains(&text.len()) && text.bytes().all(allowed) {
        true => Ok(()),
        false => Err(Invalid::text(text, "name of a cookie", "give the name alone, such as JSESSIONID")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cardinalities_are_read_with_and_without_their_numbers() {
        for (text, expected) in [
            ("ONE", Cardinality::One),
            ("ONE(1)", Cardinality::One),
            ("ZERO_OR_ONE(0..1)", Cardinality::ZeroOrOne),
            ("ZERO_OR_MORE(0..*)", Cardinality::ZeroOrMore),
            ("ONE_OR_MORE(1..*0)", Cardinality::OneOrMore),
            ("TWO", Cardinality::Other("TWO".to_owned())),
            ("", Cardinality::Other(String::new())),
        ] {
            assert_eq!(Cardinality::from_aws(text), expected);
        }
        for text in ["ONE", "ZERO_OR_ONE", "ZERO_OR_MORE", "ONE_OR_MORE", "TWO"] {
            assert_eq!(serde_json::json!(Cardinality::from_aws(text)), text);
        }
    }

    #[test]
    fn the_name_of_a_cookie_is_a_token() {
        for good in ["JSESSIONID", "a", "__Host-id", "x.y!z"] {
            assert!(CookieName::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a=b", "a;b", "\"a\"", "\u{e9}", "a\n"] {
            assert!(CookieName::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn attributes_are_written_as_name_and_value() {
        for text in ["ProxyProtocol=true", "PublicKey=a=b", "Reference="] {
            assert_eq!(text.parse::<PolicyAttribute>().unwrap().to_string(), text);
        }
        assert!("=x".parse::<PolicyAttribute>().is_err() && "x".parse::<PolicyAttribute>().is_err());
    }
}
