//! Which release a server is of, and what that means for claims.

use std::fmt;

use bellwether_core::text::shown;

/// The first release that compares a key's revision where the change is applied, on every copy alike. From 2.9.0 on
/// only the leader compared it, with what it had applied at that moment: two changes that came close together both
/// passed.
const SWAPS_ON_COPIES: [u64; 3] = [2, 9, 21];

/// A server's release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Release {
    text: String,
    number: Option<[u64; 3]>,
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Release {
    pub(super) fn new(text: &str) -> Self {
        Self { text: shown(text), number: number(text) }
    }

    /// Whether a key with several copies cannot be compared and swapped. A release that tells no number is taken for
    /// a new one.
    pub(super) fn is_unsafe_with_copies(&self) -> bool {
        self.number.is_some_and(|number| number < SWAPS_ON_COPIES)
    }
}

/// The three numbers before anything like '-RC.1'.
fn number(text: &str) -> Option<[u64; 3]> {
    let mut parts = text.split(['.', '-']).map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_before_the_repair_are_known() {
        for old in ["2.8.4", "2.9.0", "2.9.10", "2.9.20"] {
            assert!(Release::new(old).is_unsafe_with_copies(), "{old}");
        }
        for new in ["2.9.21", "2.10.0", "2.10.27-RC.1", "2.14.3", "3.0.0", "dev", ""] {
            assert!(!Release::new(new).is_unsafe_with_copies(), "{new}");
        }
    }
}
