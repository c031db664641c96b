//! The command line, by the rules of Python's argparse: long options may be shortened, a value may follow `=`, an
//! option given twice counts the second time.
//!
//! - `name`: the options. `usage`: what `--help` prints.

mod name;
mod usage;

use std::collections::BTreeMap;

pub(super) use name::Name;
pub(super) use usage::{HELP, USAGE};

use name::{Meant, Values, meant};

/// The values of the options that were given, as text.
pub(super) type Given = BTreeMap<Name, Vec<String>>;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Help,
    Given(Given),
    /// It cannot be understood, and why.
    Wrong(String),
}

/// One argument, before it is clear what it belongs to.
#[derive(Debug, PartialEq, Eq)]
enum Word<'a> {
    Option(Name, Option<&'a str>),
    Help,
    Value(&'a str),
    /// `--`: no option follows.
    End,
    Unknown(&'a str),
}

/// Reads the arguments after the program's name.
pub(super) fn parse(arguments: &[String]) -> Parsed {
    let words = match classified(arguments) {
        Ok(words) => words,
        Err(why) => return Parsed::Wrong(why),
    };
    let mut given = Given::new();
    let mut unknown = Vec::new();
    let mut rest = &words[..];
    while let [word, following @ ..] = rest {
        rest = following;
        match word {
            Word::Help => return Parsed::Help,
            Word::Option(name, attached) => match values(*name, *attached, rest) {
                Ok((values, taken)) => {
                    given.insert(*name, values);
                    rest = &rest[taken..];
                }
                Err(why) => return Parsed::Wrong(why),
            },
            Word::Value(text) | Word::Unknown(text) => unknown.push(*text),
            Word::End => {}
        }
    }
    match unknown.is_empty() {
        true => Parsed::Given(given),
        false => Parsed::Wrong(format!("unrecognized arguments: {}", unknown.join(" "))),
    }
}

fn classified(arguments: &[String]) -> Result<Vec<Word<'_>>, String> {
    let mut only_values = false;
    let classify = |argument| match only_values {
        true => Ok(Word::Value(argument)),
        false => {
            let word = word(argument)?;
            only_values = word == Word::End;
            Ok(word)
        }
    };
    arguments.iter().map(String::as_str).map(classify).collect()
}

fn word(argument: &str) -> Result<Word<'_>, String> {
    if argument == "--" {
        return Ok(Word::End);
    }
    if argument == "-h" {
        return Ok(Word::Help);
    }
    if !argument.starts_with('-') || argument == "-" {
        return Ok(Word::Value(argument));
    }
    let (name, attached) = argument.split_once('=').map_or((argument, None), |(name, value)| (name, Some(value)));
    let meant = if name.starts_with("--") { meant(name) } else { Meant::Nothing };
    match meant {
        Meant::Option(name) => Ok(Word::Option(name, attached)),
        Meant::Help if attached.is_none() => Ok(Word::Help),
        Meant::Help => Err("argument -h/--help: takes no value".to_owned()),
        Meant::Ambiguous(names) => Err(format!("ambiguous option: {argument} could match {}", names.join(", "))),
        Meant::Nothing if is_negative_number(argument) || argument.contains(' ') => Ok(Word::Value(argument)),
        Meant::Nothing => Ok(Word::Unknown(argument)),
    }
}

fn is_negative_number(argument: &str) -> bool {
    argument.strip_prefix('-').is_some_and(|number| number.parse::<f64>().is_ok_and(f64::is_finite))
}

/// The values of an option, and how many of the words that follow it they are.
fn values(name: Name, attached: Option<&str>, following: &[Word<'_>]) -> Result<(Vec<String>, usize), String> {
    if let Some(value) = attached {
        return Ok((vec![value.to_owned()], 0));
    }
    let most = if name.values() == Values::Several { usize::MAX } else { 1 };
    let value = |word: &Word<'_>| match word {
        Word::Value(text) => Some((*text).to_owned()),
        _ => None,
    };
    let values: Vec<String> = following.iter().map_while(value).take(most).collect();
    let taken = values.len();
    match (name.values(), taken) {
        (Values::Maybe, 0) => Ok((vec!["true".to_owned()], 0)),
        (Values::One, 0) => Err(format!("argument {}: expected one argument", name.long())),
        (Values::Several, 0) => Err(format!("argument {}: expected at least one argument", name.long())),
        _ => Ok((values, taken)),
    }
}

#[cfg(test)]
#[path = "args_tests.rs"]
mod tests;
