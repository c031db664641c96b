//! The words and signs of a filter.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use super::error::{FilterProblem, Found};

/// A word or sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Star,
    Not,
    And,
    Or,
    Operator(Operator),
    /// A name or value as it stands.
    Word(String),
    /// A name or value in quotes.
    Quoted(String),
    End,
}

/// How a fact is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Matches,
    MatchesNot,
}

/// Signs that other languages have, and what is written for them here.
const ELSEWHERE: [(&str, &str); 9] = [
    ("==", "write = for equal"),
    ("=~", "write ~ for a regular expression"),
    ("=<", "write <= for at most"),
    ("=>", "write >= for at least"),
    ("<>", "write != for not equal"),
    ("!", "write not, or != or !~"),
    ("&", "write and"),
    ("|", "write or"),
    (",", "write and, or put a value with a comma into quotes"),
];

/// Longer ones first.
const SIGNS: [(&str, Token); 11] = [
    ("!=", Token::Operator(Operator::NotEqual)),
    ("!~", Token::Operator(Operator::MatchesNot)),
    ("<=", Token::Operator(Operator::AtMost)),
    (">=", Token::Operator(Operator::AtLeast)),
    ("=", Token::Operator(Operator::Equal)),
    ("<", Token::Operator(Operator::Less)),
    (">", Token::Operator(Operator::Greater)),
    ("~", Token::Operator(Operator::Matches)),
    ("(", Token::Open),
    (")", Token::Close),
    ("*", Token::Star),
];

/// Cuts a text into tokens, one at a time.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// How many characters lie before the rest.
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, at: 0 }
    }

    /// The next token, and at which character it begins.
    pub(super) fn next(&mut self) -> Result<(Token, usize), Found> {
        let blanks = self.rest.chars().take_while(|character| character.is_whitespace()).count();
        self.skip(blanks);
        let start = self.at;
        let token = match self.rest.chars().next() {
            None => Token::End,
            Some(quote @ ('"' | '\'')) => self.quoted(quote)?,
            Some(character) if is_of_word(character) => self.word(),
            Some(character) => self.sign(character)?,
        };
        Ok((token, start))
    }

    fn skip(&mut self, characters: usize) {
        let end = self.rest.char_indices().nth(characters).map_or(self.rest.len(), |(at, _)| at);
        self.rest = &self.rest[end..];
        self.at += characters;
    }

    fn word(&mut self) -> Token {
        let word: String = self.rest.chars().take_while(|&character| is_of_word(character)).collect();
        self.skip(word.chars().count());
        match word.to_ascii_lowercase().as_str() {
            "not" => Token::Not,
            "and" => Token::And,
            "or" => Token::Or,
            _ => Token::Word(word),
        }
    }

    fn sign(&mut self, character: char) -> Result<Token, Found> {
        let at = self.at;
        let is_next = |sign: &str| self.rest.starts_with(sign);
        let foreign = |(found, instead): &(&str, &'static str)| (is_next(found), (*found).to_owned(), *instead);
        let meaningless = |found, instead| Found { problem: FilterProblem::Meaningless { found, instead }, at };
        let elsewhere: Vec<_> = ELSEWHERE.iter().map(foreign).filter(|(is_next, ..)| *is_next).collect();
        let own = SIGNS.iter().find(|(sign, _)| is_next(sign));
        match (elsewhere.into_iter().next(), own) {
            (Some((_, found, instead)), own) if own.is_none_or(|(sign, _)| sign.len() < found.len()) => {
                Err(meaningless(found, instead))
            }
            (_, Some((sign, token))) => {
                self.skip(sign.chars().count());
                Ok(token.clone())
            }
            _ => Err(meaningless(character.escape_default().to_string(), "leave it out, or put it into quotes")),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Token, Found> {
        let unclosed = Found { problem: FilterProblem::UnclosedQuote, at: self.at };
        let mut characters = self.rest.chars().peekable();
        characters.next();
        let (mut text, mut taken) = (String::new(), 1);
        loop {
            taken += 1;
            match characters.next() {
                None => return Err(unclosed),
                Some(end) if end == quote => break,
                Some('\\') if quote == '"' && is_escaped(&mut characters) => {
                    taken += 1;
                    text.extend(characters.next());
                }
                Some(character) => text.push(character),
            }
        }
        self.skip(taken);
        Ok(Token::Quoted(text))
    }
}

fn is_escaped(characters: &mut Peekable<Chars<'_>>) -> bool {
    matches!(characters.peek(), Some('"' | '\\'))
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || "_.-:/@+%^$\\[]{}?#".contains(character)
}

impl fmt::Display for Token {
    /// As an error names it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = SIGNS.iter().find(|(_, token)| token == self).map(|(sign, _)| *sign);
        match self {
            Self::Word(text) | Self::Quoted(text) => write!(f, "'{}'", shortened(text)),
            Self::Not => f.write_str("'not'"),
            Self::And => f.write_str("'and'"),
            Self::Or => f.write_str("'or'"),
            Self::End => f.write_str("the end"),
            _ => write!(f, "'{}'", sign.unwrap_or_default()),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Token::Operator(*self).fmt(f)
    }
}

/// Short enough for an error, and on one line.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    let short: String =
        text.chars().take(LONGEST).map(|character| if character.is_control() { ' ' } else { character }).collect();
    if text.chars().nth(LONGEST).is_some() { short + "..." } else { short }
}
