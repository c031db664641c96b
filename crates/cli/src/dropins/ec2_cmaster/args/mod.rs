//! The command line.

mod usage;

#[cfg(test)]
mod args_tests;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use bellwether_core::collective::filter::LegacyFilter;

use super::super::getopt::{self, Known};
pub(super) use usage::USAGE;

/// The longest time that can be waited for, in seconds.
const LONGEST_TIMEOUT: u64 = 86_400;

const FILE: &str = "file://";
const S3: &str = "s3://";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Help,
    /// It cannot be understood, and why.
    Wrong(String),
    Run(Options),
}

/// What is to be done, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) request: Request,
    pub(super) filter: LegacyFilter,
    /// None: the configuration's.
    pub(super) timeout: Option<Duration>,
    /// None: the configuration's.
    pub(super) prefix: Option<String>,
    pub(super) log_file: Option<PathBuf>,
    /// What looks wrong and stops nothing.
    pub(super) warnings: Vec<&'static str>,
}

/// What is asked of the agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    Ping,
    Count,
    Shell(String),
    /// The script in this file of ours.
    Script(PathBuf, Option<String>),
    /// A script by bucket and key.
    S3(String, Option<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Help,
    Command,
    With,
    Without,
    Timeout,
    Parameters,
    Prefix,
    Monitor,
    LogFile,
}

const KNOWN: [Known<Meaning>; 20] = [
    flag("h", Meaning::Help),
    flag("help", Meaning::Help),
    value("c", Meaning::Command),
    value("command", Meaning::Command),
    value("w", Meaning::With),
    value("wf", Meaning::With),
    value("wc", Meaning::With),
    value("n", Meaning::Without),
    value("wof", Meaning::Without),
    value("t", Meaning::Timeout),
    value("timeout", Meaning::Timeout),
    value("p", Meaning::Parameters),
    value("script-parameters", Meaning::Parameters),
    value("q", Meaning::Prefix),
    value("sqs-queue", Meaning::Prefix),
    value("sqs-queue-prefix", Meaning::Prefix),
    flag("m", Meaning::Monitor),
    flag("monitor", Meaning::Monitor),
    value("l", Meaning::LogFile),
    value("logfile", Meaning::LogFile),
];

const fn flag(name: &'static str, meaning: Meaning) -> Known<Meaning> {
    Known { name, has_value: false, meaning }
}

const fn value(name: &'static str, meaning: Meaning) -> Known<Meaning> {
    Known { name, has_value: true, meaning }
}

/// Reads the arguments after the program's name.
pub(super) fn parse(arguments: &[OsString]) -> Parsed {
    let texts: Option<Vec<String>> = arguments.iter().map(|it| it.to_str().map(str::to_owned)).collect();
    let Some(texts) = texts else { return Parsed::Wrong("an argument is not UTF-8".to_owned()) };
    match getopt::read(&KNOWN, &texts) {
        Err(why) => Parsed::Wrong(why),
        Ok(read) if read.options.iter().any(|(meaning, _)| *meaning == Meaning::Help) => Parsed::Help,
        Ok(read) => match (read.arguments.first(), options(&read.options)) {
            (Some(left), _) => Parsed::Wrong(format!(
                "'{}' belongs to no option; quote it with what it belongs to",
                left.escape_debug()
            )),
            (None, Ok(options)) => Parsed::Run(options),
            (None, Err(why)) => Parsed::Wrong(why),
        },
    }
}

fn options(given: &[(Meaning, Option<String>)]) -> Result<Options, String> {
    let all = |meaning| given.iter().filter(move |(it, _)| *it == meaning).filter_map(|(_, value)| value.clone());
    let last = |meaning| all(meaning).next_back();
    let (with, without): (Vec<_>, Vec<_>) = (all(Meaning::With).collect(), all(Meaning::Without).collect());
    check_facts("-w", &with)?;
    check_facts("-n", &without)?;
    let parameters = last(Meaning::Parameters);
    let counts = given.iter().any(|(meaning, _)| *meaning == Meaning::Monitor);
    let request = request(last(Meaning::Command), counts, parameters.clone())?;
    let is_script = matches!(request, Request::Script(..) | Request::S3(..));
    let unused = "-p is not used: parameters are for scripts, file:// or s3://";
    Ok(Options {
        request,
        filter: LegacyFilter::new(&with, &without),
        timeout: last(Meaning::Timeout).map(|text| timeout(&text)).transpose()?,
        prefix: last(Meaning::Prefix),
        log_file: last(Meaning::LogFile).map(PathBuf::from),
        warnings: if parameters.is_some() && !is_script { vec![unused] } else { Vec::new() },
    })
}

fn request(command: Option<String>, counts: bool, parameters: Option<String>) -> Result<Request, String> {
    let Some(command) = command else { return Ok(if counts { Request::Count } else { Request::Ping }) };
    if counts {
        return Err("-m only counts; it cannot be given with -c".to_owned());
    }
    if let Some(path) = command.strip_prefix(FILE) {
        return Ok(Request::Script(path.into(), parameters));
    }
    if let Some(object) = command.strip_prefix(S3) {
        return Ok(Request::S3(object.to_owned(), parameters));
    }
    let hidden = [FILE, S3].into_iter().find(|scheme| command.contains(scheme));
    match hidden {
        Some(scheme) => Err(format!(
            "'{}' has {scheme} within it, which makes it a script for agents and masters of old; put that first, or \
             write the command without it",
            command.escape_debug()
        )),
        None if command.trim().is_empty() => Err("-c is empty".to_owned()),
        None => Ok(Request::Shell(command)),
    }
}

/// An empty condition never holds: `-n ""` would let the command run everywhere, and most likely a variable is not set.
fn check_facts(option: &str, facts: &[String]) -> Result<(), String> {
    let is_empty = |condition: &str| condition.is_empty() || condition.starts_with('=');
    match facts.iter().find(|fact| fact.split(',').any(is_empty)) {
        Some(fact) => Err(format!("{option} '{}' has a fact without a name", fact.escape_debug())),
        None => Ok(()),
    }
}

fn timeout(text: &str) -> Result<Duration, String> {
    let seconds = text.trim().parse().ok().filter(|seconds| *seconds <= LONGEST_TIMEOUT);
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| format!("-t '{}' is not a whole number of seconds up to {LONGEST_TIMEOUT}", text.escape_debug()))
}
