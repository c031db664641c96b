//! The section `[agent]`. A list is a text with commas.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bellwether_core::duration;

use crate::agent::plan::Grace;
use crate::watch::log::LogTarget;

/// The most commands that an agent may be told to run at the same time.
const MOST_COMMANDS: usize = 256;
/// The most bytes of each end of an output stream that an agent may be told to keep.
const LARGEST_OUTPUT: u32 = 4 << 20;
/// The shortest and the longest time between two words of an agent that has nothing new to say.
const PERIOD: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(86_400);

/// What `[agent]` says; what it leaves open is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct AgentSettings {
    /// Whose requests are believed.
    pub(crate) callers: Option<PathBuf>,
    /// What each of them may ask for.
    pub(crate) policy: Option<PathBuf>,
    /// The file of the account of every decision.
    pub(crate) audit: Option<PathBuf>,
    /// How many days of it are kept.
    pub(crate) audit_days: Option<usize>,
    /// Files with facts.
    pub(crate) facts_files: Option<Vec<PathBuf>>,
    /// The directory of programs that print facts.
    pub(crate) facts_directory: Option<PathBuf>,
    /// Puppet's facter, or what is used in its place: a program and its arguments.
    pub(crate) facter: Option<String>,
    /// How often facts are read again.
    pub(crate) facts_refresh: Option<Duration>,
    /// How often the node is announced although nothing has changed.
    pub(crate) announce: Option<Duration>,
    /// How many commands may run at the same time.
    pub(crate) commands: Option<usize>,
    /// How many bytes of each end of an output stream are kept at most.
    pub(crate) output_limit: Option<u32>,
    /// The longest that a command may run, whatever its caller allows.
    pub(crate) longest: Option<Duration>,
    /// How long running commands may take to end when the agent is to stop.
    pub(crate) grace: Option<Grace>,
    /// Where it is told what goes on.
    pub(crate) log: Option<LogTarget>,
    /// Where health and metrics can be asked for.
    pub(crate) health_listen: Option<SocketAddr>,
}

/// Reads a number of commands.
pub(crate) fn commands(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=MOST_COMMANDS) => Ok(number),
        _ => Err(format!("'{text}' is not a number of commands; use 1 to {MOST_COMMANDS}")),
    }
}

/// Reads how much of an output is kept, in bytes.
pub(super) fn output_limit(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(number @ 1..=LARGEST_OUTPUT) => Ok(number),
        _ => Err(format!("'{text}' is not a number of bytes; use 1 to {LARGEST_OUTPUT}")),
    }
}

/// Reads for how many days something is kept.
pub(super) fn days(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=3_650) => Ok(number),
        _ => Err(format!("'{text}' is not a number of days; use 1 to 3650")),
    }
}

/// Reads how often something is done.
pub(crate) fn period(text: &str) -> Result<Duration, String> {
    let period = duration::parse(text).map_err(|error| error.to_string())?;
    if PERIOD.contains(&period) { Ok(period) } else { Err("it must be between 1s and 1d".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_limits() {
        assert_eq!(commands("8"), Ok(8));
        assert_eq!(output_limit("65536"), Ok(65_536));
        assert_eq!(days("30"), Ok(30));
        assert_eq!(period("1m"), Ok(Duration::from_secs(60)));
        assert!(["0", "257", "-1", "many"].iter().all(|text| commands(text).is_err()));
        assert!(["0", "4194305", ""].iter().all(|text| output_limit(text).is_err()));
        assert!(["0", "3651"].iter().all(|text| days(text).is_err()));
        assert!(["0s", "2d", "soon"].iter().all(|text| period(text).is_err()));
    }
}
