//! What the agent knows of its host, read again and again, and told to the masters.

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Duration;

use bellwether_core::collective::config::AgentFacts;
use bellwether_core::collective::filter::LegacyFilter;
use bellwether_core::collective::message::FactsMessage;
use bellwether_core::collective::names::HostName;
use bellwether_core::facts::Facts;
use bellwether_host::clock;
use bellwether_host::facts::{FactReader, FactSources, FacterCommand};

use crate::dropins::ec2_cagent::log::Log;
use crate::dropins::ec2_cagent::mailbox::Mailbox;

/// The shortest time from one reading to the next.
const SHORTEST_REFRESH: Duration = Duration::from_secs(1);

/// What is known now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Known {
    /// The configuration asks for no facts.
    #[default]
    Unasked,
    Facts(Facts),
}

impl Known {
    /// Whether this host is meant. Where nothing is known, nobody can say so: `without role=db` must not run on a
    /// database whose facts are missing.
    pub(super) fn passes(&self, filter: &LegacyFilter) -> bool {
        let has_conditions = filter.wf.is_some() || filter.wof.is_some();
        match self {
            Self::Facts(facts) if !facts.is_empty() => filter.passes(facts),
            _ => !has_conditions,
        }
    }
}

/// Keeps the facts up to date.
pub(super) struct Keeper<'a> {
    reader: FactReader,
    refresh: Duration,
    /// Where masters are told; none where they are not.
    queue: Option<Mailbox>,
    hostname: HostName,
    known: &'a RefCell<Known>,
    log: &'a Log,
}

impl<'a> Keeper<'a> {
    pub(super) fn new(
        config: &AgentFacts,
        queue: Option<Mailbox>,
        hostname: &HostName,
        known: &'a RefCell<Known>,
        log: &'a Log,
    ) -> Self {
        let reader = FactReader::new(FactSources {
            builtin: false,
            facter: config.facter_cmd.clone().map(FacterCommand::Shell),
            files: config.paths.iter().map(PathBuf::from).collect(),
            ..FactSources::default()
        });
        let queue = queue.filter(|_| config.use_queue);
        Self { reader, refresh: config.refresh.max(SHORTEST_REFRESH), queue, hostname: hostname.clone(), known, log }
    }

    /// Reads all sources once.
    pub(super) async fn read(&mut self) {
        let reading = self.reader.refresh().await;
        for problem in &reading.problems {
            self.log.error(&format!("facts: {problem}"));
        }
        if reading.changed {
            self.log.info(&format!("{} facts are known", reading.facts.len()));
            *self.known.borrow_mut() = Known::Facts(reading.facts);
        }
    }

    /// Tells the masters, and reads again, for ever.
    pub(super) async fn keep(&mut self) {
        loop {
            let began = clock::mono();
            self.tell().await;
            clock::sleep_until(began + self.refresh).await;
            self.read().await;
        }
    }

    /// Facts that cannot be sent now are sent the next time.
    async fn tell(&self) {
        let Some(queue) = &self.queue else { return };
        let facts = match &*self.known.borrow() {
            Known::Facts(facts) if !facts.is_empty() => facts.clone(),
            _ => return,
        };
        match (FactsMessage { hostname: self.hostname.clone(), facts }).encode() {
            Ok(body) => drop(queue.send("a message of facts", &body, Duration::ZERO, self.log).await),
            Err(error) => self.log.error(&format!("the facts are not sent: {error}; leave some out of the sources")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(known: &Known, with: &[&str], without: &[&str]) -> bool {
        let texts = |conditions: &[&str]| conditions.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        known.passes(&LegacyFilter::new(&texts(with), &texts(without)))
    }

    #[test]
    fn without_facts_only_a_command_for_all_is_taken() {
        for known in [Known::Unasked, Known::Facts(Facts::default())] {
            assert!(passes(&known, &[], &[]));
            assert!(!passes(&known, &["role=web"], &[]));
            assert!(!passes(&known, &[], &["role=db"]), "who does not know its role may be a database");
        }
    }

    #[test]
    fn with_facts_the_filter_decides() {
        let mut facts = Facts::default();
        facts.insert("role", "web");
        let known = Known::Facts(facts);
        assert!(passes(&known, &["role=web"], &["role=db"]));
        assert!(!passes(&known, &[], &["role=web"]));
    }
}
