//! The command line of elbadmin: options anywhere, then the command and its arguments.

mod command;
mod optparse;
mod usage;

#[cfg(test)]
mod args_tests;

use std::ffi::OsString;

pub(super) use command::{Action, Command};
use optparse::Stop;
pub(super) use usage::{OPTIONS, USAGE};

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Help,
    Version,
    /// There is no command.
    Nothing,
    /// It cannot be understood, and why.
    Wrong(String),
    Run(Request),
}

/// A command, and where it is to be carried out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// The region that was given; an empty one is none, as it was for elbadmin.
    pub(super) region: Option<String>,
    pub(super) command: Command,
}

/// Reads the arguments after the program's name.
pub(super) fn parse(arguments: &[OsString]) -> Parsed {
    let texts: Option<Vec<String>> = arguments.iter().map(|it| it.to_str().map(str::to_owned)).collect();
    let Some(texts) = texts else { return Parsed::Wrong("an argument is not UTF-8".to_owned()) };
    let words = match optparse::read(texts) {
        Ok(words) => words,
        Err(Stop::Help) => return Parsed::Help,
        Err(Stop::Version) => return Parsed::Version,
        Err(Stop::Wrong(why)) => return Parsed::Wrong(why),
    };
    let region = words.region.clone().filter(|region| !region.is_empty());
    match command::command(words) {
        Ok(Some(command)) => Parsed::Run(Request { region, command }),
        Ok(None) => Parsed::Nothing,
        Err(why) => Parsed::Wrong(why),
    }
}
