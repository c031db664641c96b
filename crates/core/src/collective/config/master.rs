//! `ec2-cmaster.json`.

use std::time::Duration;

use super::ConfigError;
use super::keys::Keys;
use super::values::LogLevel;

/// The configuration of the master.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterConfig {
    /// What is told of what goes on.
    pub log_level: LogLevel,
    /// For how long a command's answers are waited for.
    pub cmd_timeout: Duration,
    /// For how long agents that are not expected may make themselves known.
    pub ping_timeout: Duration,
    /// For how long the copies of a command are looked for afterwards, to delete them.
    pub clean_timeout: Duration,
    /// Whether the agents' facts tell whom to expect.
    pub use_facts_queue: bool,
    /// The queues' region.
    pub region: Option<String>,
    /// The environment whose queues are used, unless the command line names another.
    pub default_queue_name: Option<String>,
    /// What follows the environment in the name of the queue of commands.
    pub write_queue_suffix: String,
    /// The same for replies.
    pub read_queue_suffix: String,
    /// The same for facts.
    pub facts_queue_suffix: String,
}

/// The names of the three queues of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterQueues {
    /// Where commands are sent.
    pub commands: String,
    /// Where replies arrive.
    pub replies: String,
    /// Where facts arrive.
    pub facts: String,
}

impl MasterConfig {
    /// Reads the file's text. The second part are the keys that mean nothing here.
    ///
    /// # Errors
    /// Everything that is wrong, with its key.
    pub fn parse(text: &str) -> Result<(Self, Vec<String>), ConfigError> {
        let mut keys = Keys::of(text)?;
        let read = Self {
            log_level: keys.take(&["general.log_level"]).unwrap_or_default(),
            cmd_timeout: keys.take(&["general.cmd_timeout"]).unwrap_or(Duration::from_secs(10)),
            ping_timeout: keys.take(&["general.ping_timeout"]).unwrap_or(Duration::from_secs(5)),
            clean_timeout: keys.take(&["general.clean_timeout"]).unwrap_or(Duration::from_secs(5)),
            use_facts_queue: keys.take(&["general.use_facts_queue"]).unwrap_or(true),
            region: keys.take(&["aws.region"]),
            default_queue_name: keys.take(&["aws.default_queue_name"]),
            write_queue_suffix: keys.take(&["aws.write_queue_suffix"]).unwrap_or_else(|| "_master".to_owned()),
            read_queue_suffix: keys.take(&["aws.read_queue_suffix"]).unwrap_or_else(|| "_agent".to_owned()),
            facts_queue_suffix: keys.take(&["aws.facts_queue_suffix"]).unwrap_or_else(|| "_facts".to_owned()),
        };
        keys.finish(read)
    }

    /// The queues of this environment.
    pub fn queues(&self, environment: &str) -> MasterQueues {
        let name = |suffix: &str| format!("{environment}{suffix}");
        MasterQueues {
            commands: name(&self.write_queue_suffix),
            replies: name(&self.read_queue_suffix),
            facts: name(&self.facts_queue_suffix),
        }
    }
}
