//! Patterns for a program with its arguments.

use super::names::Name;

/// At the end of a pattern: any further arguments.
const REST: &str = "**";

/// A pattern for each argument, the program's included.
#[derive(Debug, Clone)]
pub(super) struct Words {
    each: Vec<Name>,
    /// Whether any further arguments may follow.
    rest: bool,
}

impl Words {
    /// Reads a pattern, with quotes as a shell has them.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let mut words = shlex::split(text).ok_or_else(|| format!("'{text}' has a quote that does not end"))?;
        let rest = words.last().is_some_and(|last| last == REST);
        if rest {
            words.pop();
        }
        match words.first().map(String::as_str) {
            None | Some("") => Err(format!("'{text}' names no program")),
            Some(_) => Ok(Self { each: words.iter().map(|word| Name::new(word)).collect(), rest }),
        }
    }

    pub(super) fn match_all(&self, argv: &[String]) -> bool {
        let enough = if self.rest { argv.len() >= self.each.len() } else { argv.len() == self.each.len() };
        enough && self.each.iter().zip(argv).all(|(pattern, argument)| pattern.matches(argument))
    }
}
