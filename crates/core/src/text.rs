//! Texts that others wrote, made fit to be shown.

use std::error::Error;

/// How much of a foreign text an error shows.
const LONGEST: usize = 400;

/// A text on one line, without control characters, cut to a length that fits in a log.
pub fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(LONGEST).map(without_control).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push_str("...");
    }
    shown.trim().to_owned()
}

/// A text on one line, without control characters: for what is data, and must be kept whole.
pub fn one_line(text: &str) -> String {
    text.chars().map(without_control).collect()
}

fn without_control(character: char) -> char {
    if character.is_control() { ' ' } else { character }
}

/// An error and its causes on one line; a cause that its error already tells is left out.
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut told = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !told.contains(&text) {
            told.push_str(": ");
            told.push_str(&text);
        }
        next = cause.source();
    }
    shown(&told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_texts_stay_on_one_line_and_short() {
        assert_eq!(shown("a\nb\u{1b}[31m "), "a b [31m");
        assert_eq!(shown(&"x".repeat(10_000)).len(), LONGEST + 3);
    }

    #[test]
    fn data_stays_whole_on_one_line() {
        assert_eq!(one_line(" a\nb\u{1b} "), " a b  ");
        assert_eq!(one_line(&"x".repeat(10_000)).len(), 10_000);
    }
}
