//! The configuration file.

use std::path::Path;
use std::time::Duration;

use bellwether_core::collective::config::AgentConfig;
use bellwether_host::files::read_bounded;

use super::policy::Policy;

/// Where it is.
const FILE: &str = "/etc/ec2_collective/ec2-cagent.json";
/// The largest that is read, in bytes.
const LARGEST_FILE: usize = 1 << 20;
/// How long a command may run where the file does not say: the last release had no limit, so this one only ends what
/// hangs.
const TIMEOUT: Duration = Duration::from_secs(3_600);

/// What the file says.
pub(super) struct Config {
    pub(super) agent: AgentConfig,
    pub(super) policy: Policy,
    /// Keys that mean nothing here.
    pub(super) unknown: Vec<String>,
}

impl Config {
    /// How long a command may run; none for as long as it likes, which the file asks for with 0.
    pub(super) fn timeout(&self) -> Option<Duration> {
        match self.agent.timeout {
            None => Some(TIMEOUT),
            Some(Duration::ZERO) => None,
            given => given,
        }
    }
}

/// Reads the file.
///
/// # Errors
/// When it is not there or cannot be read; and everything that is wrong in it.
pub(super) fn load() -> Result<Config, Vec<String>> {
    let bytes = read_bounded(Path::new(FILE), LARGEST_FILE)
        .map_err(|error| vec![format!("{error}; write it, or copy that of the old agent")])?;
    let text = String::from_utf8(bytes).map_err(|_| vec![format!("{FILE} is not UTF-8")])?;
    read(&text).map_err(|wrong| wrong.into_iter().map(|why| format!("{FILE}: {why}")).collect())
}

fn read(text: &str) -> Result<Config, Vec<String>> {
    let (agent, unknown) = AgentConfig::parse(text).map_err(|error| error.0)?;
    let policy = Policy::read(agent.extension.as_ref())?;
    Ok(Config { agent, policy, unknown })
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWS: &str = r#""aws": {"sqs_read_queue": "t_master", "sqs_write_queue": "t_agent"}"#;

    #[test]
    fn the_section_bellwether_is_checked_with_the_rest() {
        let wrong = |section: &str| read(&format!(r#"{{"bellwether": {section}, {AWS}}}"#)).err();
        assert!(wrong(r#"{"alow": []}"#).unwrap()[0].contains("alow"));
        assert!(wrong(r#"{"allow": ["("]}"#).unwrap()[0].contains("bellwether.allow.0"));
        assert!(wrong(r#"{"allow": ["a{1,2}"], "allow_scripts": true}"#).is_none());
    }

    #[test]
    fn a_command_may_run_as_long_as_the_file_says_or_an_hour() {
        let timeout = |general: &str| read(&format!(r#"{{"general": {general}, {AWS}}}"#)).unwrap().timeout();
        assert_eq!(timeout(r#"{"timeout": 30}"#), Some(Duration::from_secs(30)));
        assert_eq!(timeout("{}"), Some(Duration::from_secs(3_600)));
        assert_eq!(timeout(r#"{"timeout": 0}"#), None);
    }

    #[test]
    fn other_unknown_keys_are_only_told() {
        let config = read(&format!(r#"{{"general": {{"colour": 1}}, {AWS}}}"#)).unwrap();
        assert_eq!(config.unknown, ["general.colour"]);
        assert!(config.policy.allows_everything());
    }
}
