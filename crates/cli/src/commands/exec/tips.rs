//! What somebody may have meant whose command line cannot be read.

use std::ffi::OsString;

use clap::error::ErrorKind;

/// What is said where a command may have been given without `--` before it.
const DASHES: &str = "what is run stands after '--': bellwether exec role=web -- uptime";
/// What is said where more than one filter is given.
const ONE_FILTER: &str = "a filter is one argument, in quotes where it has blanks; nodes are named with --nodes ID,ID";

/// What to try instead of arguments, the program's name among them, that were refused for this reason.
pub(crate) fn tip(arguments: &[OsString], reason: ErrorKind) -> Option<&'static str> {
    let is_misplaced = matches!(reason, ErrorKind::UnknownArgument | ErrorKind::ArgumentConflict);
    let command = arguments.iter().skip(1).find(|argument| !argument.as_encoded_bytes().starts_with(b"-"))?;
    if command != "exec" || !is_misplaced {
        return None;
    }
    match arguments.iter().any(|argument| argument == "--") {
        false => Some(DASHES),
        true if reason == ErrorKind::UnknownArgument => Some(ONE_FILTER),
        true => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str, reason: ErrorKind) -> Option<&'static str> {
        tip(&line.split(' ').map(OsString::from).collect::<Vec<_>>(), reason)
    }

    #[test]
    fn only_what_exec_may_have_meant_is_told() {
        let unknown = ErrorKind::UnknownArgument;
        assert_eq!(told("bellwether exec role=web uptime", unknown), Some(DASHES));
        assert_eq!(told("bellwether -q exec --all uptime", ErrorKind::ArgumentConflict), Some(DASHES));
        assert_eq!(told("bellwether exec web-1 web-2 -- true", unknown), Some(ONE_FILTER));
        assert_eq!(told("bellwether exec --all role=web -- true", ErrorKind::ArgumentConflict), None);
        assert_eq!(told("bellwether exec --batch x", ErrorKind::ValueValidation), None);
        assert_eq!(told("bellwether ping exec more", unknown), None);
    }
}
