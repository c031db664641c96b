//! Patterns for names: `*` stands for any characters, `?` for exactly one, everything else for itself.

use std::fmt;

/// A pattern for names. Names in AWS have neither `*` nor `?`, so that nothing needs to be escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// The pattern that a text is; none for a text that only stands for itself.
    pub fn new(text: &str) -> Option<Self> {
        text.contains(['*', '?']).then(|| Self(text.to_owned()))
    }

    /// Whether the whole name is what the pattern says. Upper and lower case differ.
    pub fn matches(&self, name: &str) -> bool {
        let (pattern, name): (Vec<char>, Vec<char>) = (self.0.chars().collect(), name.chars().collect());
        let (mut at, mut in_name) = (0, 0);
        // Where to go on when what follows the last `*` does not fit: one character later in the name. Earlier ones
        // need not be tried again, so that the time is bounded by the product of the lengths.
        let mut retry: Option<(usize, usize)> = None;
        while in_name < name.len() {
            match pattern.get(at) {
                Some('*') => {
                    retry = Some((at + 1, in_name + 1));
                    at += 1;
                }
                Some(wanted) if *wanted == '?' || *wanted == name[in_name] => {
                    at += 1;
                    in_name += 1;
                }
                _ => match retry {
                    None => return false,
                    Some((after_star, next)) => {
                        (at, in_name) = (after_star, next);
                        retry = Some((after_star, next + 1));
                    }
                },
            }
        }
        pattern[at..].iter().all(|rest| *rest == '*')
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        Glob::new(pattern).unwrap().matches(name)
    }

    #[test]
    fn stars_and_question_marks_match_what_they_stand_for() {
        for (pattern, name) in [
            ("*", ""),
            ("*", "web"),
            ("web-*", "web-"),
            ("web-*", "web-1"),
            ("*-1", "web-1-1"),
            ("w?b", "web"),
            ("w*b*1", "web-blue-1"),
            ("?*", "é"),
            ("**", "x"),
        ] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("?", ""),
            ("?", "ab"),
            ("web-*", "web"),
            ("*-1", "web-10"),
            ("w?b", "wb"),
            ("W*", "web"),
            ("a*b*c", "acb"),
        ] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn a_text_without_them_is_no_pattern() {
        assert_eq!(Glob::new("web-1"), None);
        assert_eq!(Glob::new(""), None);
    }

    #[test]
    fn a_pattern_of_many_stars_is_decided_at_once() {
        let pattern = "a*".repeat(200);
        assert!(!matches(&format!("{pattern}b"), &"a".repeat(2_000)));
    }

    /// The definition itself, as slow as it is short.
    fn by_definition(pattern: &[char], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => (0..=name.len()).any(|skipped| by_definition(rest, &name[skipped..])),
            (Some((wanted, rest)), Some((found, names))) => {
                (*wanted == '?' || wanted == found) && by_definition(rest, names)
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn the_answer_is_that_of_the_definition(pattern in "[ab*?]{0,8}[*?]", name in "[ab]{0,10}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &name), by_definition(&chars(&pattern), &chars(&name)));
        }
    }
}
