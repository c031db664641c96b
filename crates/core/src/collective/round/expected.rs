//! Whom the agents' facts let expect.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::super::filter::LegacyFilter;
use super::super::message::FactsMessage;
use super::super::names::HostName;
use crate::time::Mono;

/// The most hosts that are remembered. Further ones are not expected; they may still answer.
const MOST_HOSTS: usize = 65_536;

/// For how long nothing new must have come from the queue of facts until all hosts are known. Another master may hide
/// messages for a second while it reads them.
const CALM: Duration = Duration::from_millis(1_200);

/// Hosts whose facts have been seen, and whether a command is for them.
#[derive(Debug, Clone)]
pub struct Expected {
    filter: LegacyFilter,
    hosts: BTreeMap<HostName, Seen>,
    /// When the queue was first looked into, or when a host came that was not known.
    changed: Option<Mono>,
    /// When the queue was last looked into with success.
    looked: Option<Mono>,
}

/// The newest facts of a host.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// When they were sent.
    at: Option<Timestamp>,
    /// Whether the command is for it.
    is_meant: bool,
}

impl Expected {
    /// Nobody yet, of those that a filter lets through.
    pub const fn new(filter: LegacyFilter) -> Self {
        Self { filter, hosts: BTreeMap::new(), changed: None, looked: None }
    }

    /// Takes facts, sent at a time by the clock of SQS. Of a host's facts the newest count.
    pub fn take(&mut self, now: Mono, at: Option<Timestamp>, message: &FactsMessage) {
        let known = self.hosts.get(&message.hostname);
        if known.is_some_and(|known| known.at >= at) || known.is_none() && self.hosts.len() >= MOST_HOSTS {
            return;
        }
        if known.is_none() {
            self.changed = Some(now);
        }
        let seen = Seen { at, is_meant: self.filter.passes(&message.facts) };
        self.hosts.insert(message.hostname.clone(), seen);
    }

    /// Notes that the queue of facts has been looked into, and all that was there was taken.
    pub fn looked(&mut self, now: Mono) {
        self.changed.get_or_insert(now);
        self.looked = Some(now);
    }

    /// Whether there are expected hosts, and nothing new has come for so long that these are all.
    pub(super) fn is_complete(&self) -> bool {
        let calm = self.looked.zip(self.changed).map(|(looked, changed)| looked.since(changed));
        calm.is_some_and(|calm| calm >= CALM) && self.hosts().next().is_some()
    }

    /// The hosts that the command is for.
    pub(super) fn hosts(&self) -> impl Iterator<Item = &HostName> {
        self.hosts.iter().filter(|(_, seen)| seen.is_meant).map(|(host, _)| host)
    }
}
