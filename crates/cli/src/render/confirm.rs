//! A question before something that cannot be undone.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use crate::failure::Failure;

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: u64 = 1_024;

/// Asks on the terminal; whether the answer is yes.
///
/// # Errors
/// When there is no terminal to ask on, or it cannot be read.
pub(crate) fn confirm(question: &str) -> Result<bool, Failure> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Failure::usage(format!("there is no terminal to ask on: {question}"))
            .remedy("add --yes when you are sure, or --dry-run to see what would be done"));
    }
    let asked = io::stderr().lock().write_all(format!("{question} [y/N] ").as_bytes());
    let mut answer = String::new();
    asked
        .and_then(|()| io::stdin().lock().take(LONGEST_ANSWER).read_line(&mut answer))
        .map_err(|error| Failure::unavailable(format!("the answer cannot be read: {error}")))?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_is_one() {
        for yes in ["y\n", "Y\n", " yes \n", "YES"] {
            assert!(is_yes(yes), "{yes}");
        }
        for no in ["", "\n", "n\n", "no\n", "yesterday\n", "yes please\n"] {
            assert!(!is_yes(no), "{no}");
        }
    }
}
