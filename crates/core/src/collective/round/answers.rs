//! Who has answered.

use std::collections::{BTreeMap, BTreeSet};

use super::super::names::HostName;

/// The most replies that are taken. More agents than that cannot be behind one queue: it is somebody who floods it.
const MOST_REPLIES: usize = 1 << 18;

/// Answers by host. Two agents may bear the same name, so that each host has counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    /// The ids of the messages that have been taken: each may come again.
    seen: BTreeSet<String>,
    hosts: BTreeMap<HostName, Counts>,
}

/// How often a host has answered.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    present: usize,
    results: usize,
}

impl Counts {
    /// How many agents there are: a result may overtake the word that its agent is there.
    fn discovered(self) -> usize {
        self.present.max(self.results)
    }
}

impl Answers {
    /// Whether this message has not been taken yet; from now on it has.
    pub(super) fn is_new(&mut self, id: &str) -> bool {
        self.seen.len() < MOST_REPLIES && self.seen.insert(id.to_owned())
    }

    pub(super) fn present(&mut self, host: &HostName) {
        self.hosts.entry(host.clone()).or_default().present += 1;
    }

    pub(super) fn result(&mut self, host: &HostName) {
        self.hosts.entry(host.clone()).or_default().results += 1;
    }

    /// Whether anything came from this host.
    pub(super) fn has(&self, host: &HostName) -> bool {
        self.hosts.contains_key(host)
    }

    /// The hosts whose results are still to come.
    pub(super) fn late(&self) -> impl Iterator<Item = &HostName> {
        self.hosts.iter().filter(|(_, counts)| counts.results < counts.present).map(|(host, _)| host)
    }

    /// How many agents there are.
    pub(super) fn discovered(&self) -> usize {
        self.hosts.values().map(|counts| counts.discovered()).sum()
    }

    /// How many results there are.
    pub(super) fn results(&self) -> usize {
        self.hosts.values().map(|counts| counts.results).sum()
    }
}
