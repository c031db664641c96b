//! The session token of version 2.

use std::fmt;
use std::sync::Arc;

/// What requests carry. Shown without its secret.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Session {
    /// The token of version 2.
    V2(Arc<str>),
    /// Nothing: the service has only version 1.
    V1,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V2(_) => "V2(..)",
            Self::V1 => "V1",
        })
    }
}

/// Real tokens have 56 characters.
const LONGEST_TOKEN: usize = 1024;

/// The token in an answer, when it can be one.
pub(super) fn parse(body: &str) -> Option<Session> {
    let token = body.trim();
    let usable = !token.is_empty() && token.len() <= LONGEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic());
    usable.then(|| Session::V2(token.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_line_of_visible_characters() {
        assert!(parse("AQAEAK-x_Z==\n").is_some());
        for body in ["", " ", "two words", "<html>\n</html>", "caf\u{e9}"] {
            assert!(parse(body).is_none(), "{body}");
        }
        assert!(parse(&"x".repeat(5_000)).is_none());
    }

    #[test]
    fn no_token_is_shown() {
        assert_eq!(format!("{:?}", parse("secret").unwrap()), "V2(..)");
    }
}
