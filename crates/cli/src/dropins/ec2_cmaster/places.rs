//! The queues of an environment.

use bellwether_aws::{Aws, AwsSettings, Queue, Queues};
use bellwether_core::collective::config::{LogLevel, MasterConfig, MasterQueues};
use bellwether_core::environment::Environment;
use std::time::Duration;

use super::log::Log;
use crate::failure::Failure;

/// How long one attempt at AWS may take where no boto file says.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The queues of an environment, which are there.
pub(super) struct Places {
    pub(super) queues: Queues,
    pub(super) commands: Queue,
    pub(super) replies: Queue,
    /// None where facts are not to be used, or cannot be.
    pub(super) facts: Option<Queue>,
}

/// AWS's queues of the configured region.
pub(super) fn queues(config: &MasterConfig, environment: Environment) -> Queues {
    Queues::new(&Aws::new(AwsSettings {
        region: config.region.clone(),
        default_timeout: Some(TIMEOUT),
        environment,
        ..AwsSettings::default()
    }))
}

/// Looks for the queues of an environment, all at the same time.
///
/// # Errors
/// When there is no queue for commands or replies, AWS refuses, or there is no answer.
pub(super) async fn find(
    queues: Queues,
    config: &MasterConfig,
    environment: &str,
    log: &Log,
) -> Result<Places, Failure> {
    let names = config.queues(environment);
    let facts = async {
        match config.use_facts_queue {
            true => queues.find(&names.facts).await,
            false => Ok(None),
        }
    };
    let (commands, replies, facts) = tokio::join!(queues.find(&names.commands), queues.find(&names.replies), facts);
    let there = |found: Option<Queue>, name: &str| found.ok_or_else(|| missing(name, environment));
    let (commands, replies) = (there(commands?, &names.commands)?, there(replies?, &names.replies)?);
    let facts = facts.unwrap_or_else(|error| {
        log.tell(LogLevel::Warn, &format!("it is not known whom to expect: {error}; {}", error.remedy));
        None
    });
    if facts.is_none() && config.use_facts_queue {
        warn_without_facts(&names, log);
    }
    Ok(Places { queues, commands, replies, facts })
}

fn missing(name: &str, environment: &str) -> Failure {
    Failure::unavailable(format!("there is no queue '{name}'")).remedy(format!(
        "check the environment's name and the region, or make its queues with 'bellwether env create {environment}'"
    ))
}

fn warn_without_facts(names: &MasterQueues, log: &Log) {
    let text =
        format!("without the queue '{}' it is not known whom to expect; agents are only waited for", names.facts);
    log.tell(LogLevel::Warn, &text);
}
