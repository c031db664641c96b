//! Where settings come from, and all that is wrong with them.

use std::path::{Path, PathBuf};

use bellwether_core::environment::Environment;
use bellwether_host::files::read_bounded;

use super::Settings;
use super::keys::{KEYS, Key, variable};
use crate::failure::Failure;

/// The largest configuration file that is read, in bytes.
const LARGEST_FILE: usize = 1 << 20;

/// Variables that `once` and `agent` give to their commands and `watch` to its scripts, and that a nested bellwether must not take for settings.
const GIVEN_TO_COMMANDS: &[&str] = &[
    "BELLWETHER_JOB",
    "BELLWETHER_TICK",
    "BELLWETHER_RUN_ID",
    "BELLWETHER_ATTEMPT",
    "BELLWETHER_FENCE",
    "BELLWETHER_OUTCOME",
    "BELLWETHER_STATUS",
    "BELLWETHER_DURATION",
    "BELLWETHER_STATE",
    "BELLWETHER_PREVIOUS",
    "BELLWETHER_SOURCE",
    "BELLWETHER_SAID",
    "BELLWETHER_DEADLINE",
    "BELLWETHER_DETAIL",
    "BELLWETHER_REQUEST",
    "BELLWETHER_CALLER",
];

/// Reads the files and the environment, the later overriding the earlier per key.
///
/// # Errors
/// One failure that names everything that is wrong in all of them.
pub(crate) fn load(files: &[PathBuf], environment: &Environment) -> Result<Settings, Failure> {
    let mut settings = Settings::default();
    let mut problems = Problems::default();
    for file in files {
        take_file(file, &mut settings, &mut problems);
    }
    take_environment(environment, &mut settings, &mut problems);
    problems.into_failure().map_or(Ok(settings), Err)
}

/// What to do about values that are wrong: what is right instead stands beside each.
const CORRECT: &str = "correct each where it stands";

/// What is wrong.
#[derive(Debug, Default)]
struct Problems {
    texts: Vec<String>,
    /// Whether one of them is a key that does not exist: then it helps to see those that do.
    has_unknown_key: bool,
}

impl Problems {
    fn push(&mut self, text: String) {
        self.texts.push(text);
    }

    fn push_unknown_key(&mut self, text: String) {
        self.has_unknown_key = true;
        self.push(text);
    }

    fn into_failure(self) -> Option<Failure> {
        if self.texts.is_empty() {
            return None;
        }
        let failure = Failure::usage(format!("the configuration is wrong:\n  {}", self.texts.join("\n  ")));
        Some(failure.remedy(if self.has_unknown_key { known_keys() } else { CORRECT.to_owned() }))
    }
}

/// All keys there are, for somebody who has used another one.
fn known_keys() -> String {
    let keys: Vec<_> = KEYS.iter().map(|key| key.path).collect();
    format!("known keys: {}", keys.join(", "))
}

fn take_file(path: &Path, settings: &mut Settings, problems: &mut Problems) {
    let bytes = match read_bounded(path, LARGEST_FILE) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
        Err(error) => return problems.push(error.to_string()),
    };
    let place = path.display();
    let table = String::from_utf8(bytes).map_err(|_| format!("{place}: not UTF-8")).and_then(|text| {
        text.parse::<toml::Table>().map_err(|error| format!("{place}: {}", one_line(&error.to_string())))
    });
    match table {
        Ok(table) => take_table(&place.to_string(), "", &table, settings, problems),
        Err(problem) => problems.push(problem),
    }
}

fn take_table(place: &str, prefix: &str, table: &toml::Table, settings: &mut Settings, problems: &mut Problems) {
    for (name, value) in table {
        let path = format!("{prefix}{name}");
        let text = match value {
            toml::Value::Table(inner) if is_section(&path) => {
                take_table(place, &format!("{path}."), inner, settings, problems);
                continue;
            }
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(truth) => truth.to_string(),
            _ => String::new(),
        };
        match KEYS.iter().find(|key| key.path == path) {
            None => problems.push_unknown_key(format!("{place}: unknown key '{path}'")),
            Some(_) if text.is_empty() => {
                problems.push(format!("{place}: '{path}' must be a text, a whole number, true or false"))
            }
            Some(key) => take(key, &text, &format!("{place}: '{path}'"), settings, problems),
        }
    }
}

fn is_section(path: &str) -> bool {
    KEYS.iter().any(|key| key.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

fn take_environment(environment: &Environment, settings: &mut Settings, problems: &mut Problems) {
    for (name, text) in environment.iter().filter(|(name, _)| name.starts_with("BELLWETHER_")) {
        match KEYS.iter().find(|key| variable(key.path) == name) {
            Some(_) if text.is_empty() => {}
            Some(key) => take(key, text, &format!("environment: {name}"), settings, problems),
            None if GIVEN_TO_COMMANDS.contains(&name) => {}
            None => problems.push_unknown_key(format!("environment: unknown variable {name}")),
        }
    }
}

fn take(key: &Key, text: &str, place: &str, settings: &mut Settings, problems: &mut Problems) {
    if let Err(problem) = (key.take)(settings, text) {
        problems.push(format!("{place}: {problem}"));
    }
}

fn one_line(text: &str) -> String {
    text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn settings(toml: &str, variables: &[(&str, &str)]) -> Result<Settings, Failure> {
        let mut settings = Settings::default();
        let mut problems = Problems::default();
        take_table("f.toml", "", &toml.parse().unwrap(), &mut settings, &mut problems);
        take_environment(&variables.iter().copied().collect(), &mut settings, &mut problems);
        problems.into_failure().map_or(Ok(settings), Err)
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let file = "node = 'a'\n[once]\nlease = '10s'\nskip_status = 75\n[aws]\nregion = 'eu-west-1'";
        let settings = settings(file, &[("BELLWETHER_NODE", "b"), ("BELLWETHER_AWS_TIMEOUT", "5s")]).unwrap();
        assert_eq!(settings.node.as_ref().map(|node| node.as_str()), Some("b"));
        assert_eq!(settings.lease, Some(Duration::from_secs(10)));
        assert_eq!(settings.skip_status, Some(75));
        assert_eq!(settings.aws_timeout, Some(Duration::from_secs(5)));
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let file = "nodes = 'a'\n[once]\nlease = '10ms'\nstagger = 1.5\n[other]\nx = 1";
        let failure = settings(file, &[("BELLWETHER_STOER", "x"), ("BELLWETHER_GROUP", "elb:")]).unwrap_err();
        let lines: Vec<_> = failure.message.lines().collect();
        assert_eq!(lines.len(), 7, "{lines:#?}");
        assert!(failure.remedy.is_some_and(|remedy| remedy.starts_with("known keys: node, group")));
        for part in [
            "unknown key 'nodes'",
            "1s at least",
            "'once.stagger' must be",
            "unknown key 'other'",
            "BELLWETHER_STOER",
            "BELLWETHER_GROUP",
        ] {
            assert!(failure.message.contains(part), "{part} is missing in {}", failure.message);
        }
    }

    #[test]
    fn a_key_that_is_right_is_not_looked_for_among_all_there_are() {
        let failure = settings("", &[("BELLWETHER_FLEET_TRANSPORT", "amqp://x")]).unwrap_err();
        assert!(failure.message.contains("BELLWETHER_FLEET_TRANSPORT: "), "{failure:?}");
        assert_eq!(failure.remedy.as_deref(), Some(CORRECT));
    }

    #[test]
    fn what_a_command_is_given_is_no_setting() {
        assert!(settings("", &[("BELLWETHER_TICK", "x"), ("BELLWETHER_FENCE", "7"), ("HOME", "/root")]).is_ok());
    }
}
