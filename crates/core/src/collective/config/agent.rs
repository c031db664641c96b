//! `ec2-cagent.json`, as the README has it and as the last release has it.

use std::time::Duration;

use serde_json::Value;

use super::ConfigError;
use super::keys::Keys;
use super::values::LogLevel;

/// What the last release asks facter with.
const FACTER: &str = "facter --puppet --yaml 2> /dev/null";

/// The configuration of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentConfig {
    /// What is logged.
    pub log_level: LogLevel,
    /// How long a command may run; only the README's form has it.
    pub timeout: Option<Duration>,
    /// How long the agent waits before it looks for commands again.
    pub sqs_poll_interval: Duration,
    /// How the agent learns of its host; none: it has no facts.
    pub facts: Option<AgentFacts>,
    /// The queues' region.
    pub region: Option<String>,
    /// The queue of commands.
    pub sqs_read_queue: String,
    /// The queue of replies.
    pub sqs_write_queue: String,
    /// The queue of facts; there when [`AgentFacts::use_queue`] asks for it.
    pub sqs_facts_queue: Option<String>,
    /// The section `bellwether`, which only this program looks at; as it is.
    pub extension: Option<Value>,
}

/// How an agent learns of its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentFacts {
    /// How often.
    pub refresh: Duration,
    /// Whether masters are told.
    pub use_queue: bool,
    /// The shell command that prints facts as YAML.
    pub facter_cmd: Option<String>,
    /// Files of facts, YAML or plain words.
    pub paths: Vec<String>,
}

impl AgentConfig {
    /// Reads the file's text. The second part are the keys that mean nothing here.
    ///
    /// # Errors
    /// Everything that is wrong, with its key.
    pub fn parse(text: &str) -> Result<(Self, Vec<String>), ConfigError> {
        let mut keys = Keys::of(text)?;
        // How often the old agent looked into its own queues within the process. There is nothing to look for now.
        let _: Option<Duration> = keys.take(&["general.queue_poll_interval", "general.done_queue_poll_interval"]);
        let facts = AgentFacts::take(&mut keys);
        let sqs_facts_queue = match &facts {
            Some(AgentFacts { use_queue: true, .. }) => Some(keys.required("aws.sqs_facts_queue")),
            _ => keys.take(&["aws.sqs_facts_queue"]),
        };
        let read = Self {
            log_level: keys.take(&["general.log_level"]).unwrap_or_default(),
            timeout: keys.take(&["general.timeout"]),
            sqs_poll_interval: keys.take(&["general.sqs_poll_interval"]).unwrap_or(Duration::from_secs(1)),
            facts,
            region: keys.take(&["aws.region"]),
            sqs_read_queue: keys.required("aws.sqs_read_queue"),
            sqs_write_queue: keys.required("aws.sqs_write_queue"),
            sqs_facts_queue,
            extension: keys.take_section("bellwether"),
        };
        keys.finish(read)
    }
}

impl AgentFacts {
    /// Reads either form; where a file has both, the section `facts` of the last release counts.
    fn take(keys: &mut Keys) -> Option<Self> {
        let is_last_release = keys.has("facts");
        let default_refresh = Duration::from_secs(if is_last_release { 60 } else { 30 });
        let enabled = keys.take(&["facts.enabled", "general.yaml_facts"]).unwrap_or(is_last_release);
        let use_facter = keys.take(&["facts.use_facter"]).unwrap_or(false);
        let facter_cmd: Option<String> = keys.take(&["facts.facter_cmd"]);
        let read = Self {
            refresh: keys.take(&["facts.refresh", "general.yaml_facts_refresh"]).unwrap_or(default_refresh),
            use_queue: keys.take(&["facts.use_queue", "general.use_facts_queue"]).unwrap_or(true),
            facter_cmd: use_facter.then(|| facter_cmd.unwrap_or_else(|| FACTER.to_owned())),
            paths: keys.take(&["facts.facts_path", "general.yaml_facts_path"]).unwrap_or_default(),
        };
        enabled.then_some(read)
    }
}
