//! How load balancers are named where they are only looked at: by their names, or by patterns of names.

use std::fmt;
use std::str::FromStr;

use super::invalid::{Invalid, shown};
use super::names::BalancerName;
use crate::glob::Glob;

/// A load balancer by its name, or all whose names fit a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamePattern {
    /// This one, which must be there.
    Name(BalancerName),
    /// All that fit, be there some or none.
    Glob(Glob),
}

impl NamePattern {
    /// Whether a load balancer of this name is meant.
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Name(exact) => exact.as_str() == name,
            Self::Glob(glob) => glob.matches(name),
        }
    }
}

impl FromStr for NamePattern {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let Some(glob) = Glob::new(text) else { return Ok(Self::Name(text.parse()?)) };
        match text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-*?".contains(&byte)) {
            true => Ok(Self::Glob(glob)),
            false => Err(Invalid::text(
                text,
                "pattern for names of classic load balancers",
                "give letters (a-z), digits and hyphens, * for any characters and ? for one",
            )),
        }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Glob(glob) => glob.fmt(f),
        }
    }
}

impl BalancerName {
    /// Reads a name where a pattern is no use, because something is going to be changed.
    ///
    /// # Errors
    /// When it is a pattern, or no name.
    pub fn exact(text: &str) -> Result<Self, Invalid> {
        match Glob::new(text) {
            None => text.parse(),
            Some(_) => Err(Invalid::new(
                format!("'{}' is a pattern, and changes are made to load balancers by their exact names", shown(text)),
                "look up the names with 'bellwether lb list' and give each of them",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_means_itself_and_a_pattern_what_fits() {
        let pattern = |text: &str| text.parse::<NamePattern>().unwrap();
        assert_eq!(pattern("web"), NamePattern::Name("web".parse().unwrap()));
        assert!(pattern("web").matches("web") && !pattern("web").matches("web-1"));
        assert!(pattern("web*").matches("web") && pattern("web*").matches("web-1") && !pattern("web*").matches("api"));
        assert_eq!(pattern("w?b-*").to_string(), "w?b-*");
    }

    #[test]
    fn what_no_name_can_fit_is_refused() {
        for text in ["", "-web", "web_1", "web_*", "a b*", "*.example.com", "[ab]*"] {
            assert!(text.parse::<NamePattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_change_takes_exact_names_alone() {
        assert_eq!(BalancerName::exact("web").unwrap().as_str(), "web");
        for text in ["web*", "*", "we?"] {
            let error = BalancerName::exact(text).unwrap_err();
            assert!(error.message.contains(text) && error.message.contains("exact"), "{error}");
        }
        assert!(BalancerName::exact("web_1").unwrap_err().message.contains("no name"));
    }
}
