//! Patterns for a program with its arguments.

use super::names::Name;

/// At the end of a pattern: any further arguments that are no options.
const REST: &str = "**";

/// What options begin with.
const OPTION: char = '-';

/// A pattern for one argument.
#[derive(Debug, Clone)]
struct Word {
    name: Name,
    /// Whether it was written as an option. Others match none: an option can make another command of the same program.
    is_option: bool,
}

/// A pattern for each argument, the program's included.
#[derive(Debug, Clone)]
pub(super) struct Words {
    each: Vec<Word>,
    /// Whether any further arguments may follow that are no options.
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
            Some(_) => Ok(Self { each: words.iter().map(|word| Word::new(word)).collect(), rest }),
        }
    }

    pub(super) fn match_all(&self, argv: &[String]) -> bool {
        let enough = if self.rest { argv.len() >= self.each.len() } else { argv.len() == self.each.len() };
        enough
            && self.each.iter().zip(argv).all(|(pattern, argument)| pattern.matches(argument))
            && !argv.iter().skip(self.each.len()).any(|argument| argument.starts_with(OPTION))
    }
}

impl Word {
    fn new(text: &str) -> Self {
        Self { name: Name::new(text), is_option: text.starts_with(OPTION) }
    }

    fn matches(&self, argument: &str) -> bool {
        (self.is_option || !argument.starts_with(OPTION)) && self.name.matches(argument)
    }
}
