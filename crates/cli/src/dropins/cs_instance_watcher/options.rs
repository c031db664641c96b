//! What the options mean, from wherever they come: the command line, else the configuration file, else the defaults.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_core::notice::Word;
use bellwether_host::firewall::Ports;
use bellwether_host::log_file::{Rotation, Unit};

use super::args::{Given, Name};

/// The shortest and the longest polling period, in seconds; what is beyond counts as these, as it always did.
const PERIODS: (u64, u64) = (1, 60);
/// The longest timeout that is taken, in seconds: a year.
const LONGEST_TIMEOUT: u64 = 366 * 24 * 3_600;
const SCRIPT_DIR: &str = "/etc/cs-instance-watcher.d/";

/// All that can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) polling_period: Duration,
    /// None: nothing is ever blocked.
    pub(super) ports: Option<Ports>,
    /// The configuration file that was named.
    pub(super) config: Option<PathBuf>,
    pub(super) script_dir: PathBuf,
    /// The state by which is decided whether ports are blocked, in place of the instance's own.
    pub(super) instance_state: Option<Word>,
    pub(super) stale_after: Duration,
    pub(super) forced: bool,
    /// None: standard error.
    pub(super) log_file: Option<PathBuf>,
    pub(super) rotation: Rotation,
    /// Where to write a unit.
    pub(super) unit: Option<PathBuf>,
    pub(super) do_not_write_unit: bool,
}

impl Options {
    /// Reads the values of all options that were given.
    ///
    /// # Errors
    /// With all that is wrong, each with the name that `called` gives its option.
    pub(super) fn read(given: &Given, called: impl Fn(Name) -> String) -> Result<Self, Vec<String>> {
        let mut reader = Reader { given, called, wrong: Vec::new() };
        let options = reader.options();
        match (options, reader.wrong) {
            (Some(options), wrong) if wrong.is_empty() => Ok(options),
            (_, wrong) => Err(wrong),
        }
    }

    /// What is wrong with the paths for a service, which is started in `/`.
    pub(super) fn relative_paths(&self) -> Vec<String> {
        let paths = [
            (Name::Config, self.config.as_deref()),
            (Name::ScriptDir, Some(self.script_dir.as_path())),
            (Name::LogFile, self.log_file.as_deref()),
        ];
        let relative =
            paths.into_iter().filter_map(|(name, path)| Some((name, path.filter(|path| path.is_relative())?)));
        let told = |(name, path): (Name, &Path)| {
            let path = path.display();
            format!("argument {}: a service is started in /: name '{path}' by its whole path", name.long())
        };
        relative.map(told).collect()
    }

    /// The unit to write now, if there is one.
    pub(super) fn unit_to_write(&self) -> Option<&Path> {
        self.unit.as_deref().filter(|_| !self.do_not_write_unit)
    }
}

struct Reader<'a, F> {
    given: &'a Given,
    called: F,
    wrong: Vec<String>,
}

impl<F: Fn(Name) -> String> Reader<'_, F> {
    /// None when the rotation, which has no default that cannot fail, is wrong.
    fn options(&mut self) -> Option<Options> {
        let (shortest, longest) = PERIODS;
        let period = self.one(Name::ApiPollingPeriod, seconds).map_or(10, |given| given.clamp(shortest, longest));
        let stale_after = self.one(Name::StaleContextTimeout, timeout).unwrap_or(300);
        let ports = self.several(Name::Ports, ports).flatten();
        let rotation = self.one(Name::LogFileRotate, rotation);
        Some(Options {
            polling_period: Duration::from_secs(period),
            ports,
            config: self.one(Name::Config, path),
            script_dir: self.one(Name::ScriptDir, path).unwrap_or_else(|| PathBuf::from(SCRIPT_DIR)),
            instance_state: self.one(Name::InstanceState, state),
            stale_after: Duration::from_secs(stale_after),
            forced: self.one(Name::Force, truth).unwrap_or_default(),
            log_file: self.one(Name::LogFile, path),
            rotation: rotation.or_else(|| Rotation::new(Unit::Days, 1, 7).ok())?,
            unit: self.one(Name::GenerateSystemd, path),
            do_not_write_unit: self.one(Name::DoNotGenerateSystemd, truth).unwrap_or_default(),
        })
    }

    /// The value of an option; none when it is not given, or wrong.
    fn one<T>(&mut self, name: Name, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        self.several(name, |values| match values {
            [value] => read(value),
            _ => Err(format!("expected one value, not {}", values.len())),
        })
    }

    fn several<T>(&mut self, name: Name, read: impl Fn(&[String]) -> Result<T, String>) -> Option<T> {
        let why = match read(self.given.get(&name)?) {
            Ok(value) => return Some(value),
            Err(why) => why,
        };
        self.wrong.push(format!("argument {}: {why}", (self.called)(name)));
        None
    }
}

fn seconds(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| format!("'{text}' is no whole number of seconds"))
}

fn timeout(text: &str) -> Result<u64, String> {
    match seconds(text)? {
        0 => Err("0 seconds would find the API again at every poll; use 1 or more".to_owned()),
        seconds => Ok(seconds.min(LONGEST_TIMEOUT)),
    }
}

/// An empty list in a configuration file means that nothing is blocked.
fn ports(texts: &[String]) -> Result<Option<Ports>, String> {
    let port = |text: &String| {
        let port = text.trim().parse::<u16>().ok().filter(|&port| port > 0);
        port.ok_or_else(|| format!("'{text}' is no TCP port; ports go from 1 to 65535"))
    };
    let numbers = texts.iter().map(port).collect::<Result<Vec<_>, _>>()?;
    if numbers.is_empty() {
        return Ok(None);
    }
    Ports::new(numbers).map(Some).map_err(|error| error.to_string())
}

fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() || text.contains('\0') { Err("it is no path".to_owned()) } else { Ok(PathBuf::from(text)) }
}

fn state(text: &str) -> Result<Word, String> {
    Word::new(text).map_err(|error| format!("'{text}' is no state: {error}"))
}

/// As the configuration reader of Python has it.
fn truth(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(format!("'{text}' is neither true nor false")),
    }
}

/// Unit, interval and count; what is missing or empty is as in `d,1,7`.
fn rotation(text: &str) -> Result<Rotation, String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    if parts.len() > 3 {
        return Err(format!("'{text}' has more parts than UNIT,INTERVAL,COUNT"));
    }
    let part =
        |at: usize, default: &'static str| parts.get(at).copied().filter(|part| !part.is_empty()).unwrap_or(default);
    let number = |part: &str| part.parse::<u32>().map_err(|_| format!("'{part}' in '{text}' is no whole number"));
    let unit: Unit = part(0, "d").parse().map_err(|error| format!("{error}"))?;
    let (interval, count) = (number(part(1, "1"))?, number(part(2, "7"))?);
    let count = usize::try_from(count).map_err(|error| error.to_string())?;
    Rotation::new(unit, interval, count).map_err(|error| error.to_string())
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
