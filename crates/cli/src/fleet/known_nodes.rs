//! The files in which a caller remembers the agents' keys: a directory with one file for each environment, for a node of
//! one is not the node of the same name in another, and has another key.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bellwether_core::fleet::caller::pins::{MOST_NODES, Pins};
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::format;
use bellwether_core::names::{LONGEST_NAME, NodeId};
use bellwether_host::files::FileError;
use serde::{Deserialize, Serialize};

use super::private_file;
use crate::failure::Failure;

/// The format this program writes.
const FORMAT: u32 = 1;
/// How the files' names end, after the environment's name.
const EXTENSION: &str = "json";
/// More bytes than a node takes in a file: its name, every character of it escaped, its key, when it was seen, and what is
/// between.
const NODE_BYTES: usize = 2 * LONGEST_NAME + 256;
/// The longest file: one that was written can always be read, and a user may pin some more nodes by hand.
const LONGEST: usize = (MOST_NODES + 10_000) * NODE_BYTES;

/// How many bytes more than it has a file must have room for before a call begins: a few hundred new nodes.
const ROOM: u64 = 64 * 1024;

/// The directory.
#[derive(Debug, Clone)]
pub(crate) struct KnownEnvironments {
    dir: PathBuf,
}

impl KnownEnvironments {
    /// The directory at `dir`, which need not exist.
    pub(crate) fn at(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// The nodes of one environment.
    pub(crate) fn nodes_of(&self, environment: &EnvironmentName) -> KnownNodes {
        KnownNodes { path: self.dir.join(environment.as_str()).with_added_extension(EXTENSION) }
    }

    /// The nodes of every environment of which something is remembered.
    ///
    /// # Errors
    /// When the directory or a file in it cannot be read, trusted or understood.
    pub(crate) fn read_all(&self) -> Result<BTreeMap<EnvironmentName, Pins>, Failure> {
        let environments = self.environments().map_err(|source| {
            private_file::unusable(&FileError::Io { what: "read", path: self.dir.clone(), source })
        })?;
        let read = |environment: EnvironmentName| Ok((environment.clone(), self.nodes_of(&environment).read()?));
        environments.into_iter().map(read).collect()
    }

    /// Those that have a file. Locks, and texts that a crash left half written, are none.
    fn environments(&self) -> io::Result<Vec<EnvironmentName>> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut environments = Vec::new();
        for entry in entries {
            environments.extend(environment_of(&entry?.file_name().to_string_lossy()));
        }
        Ok(environments)
    }
}

/// The environment whose nodes are in a file of this name.
fn environment_of(file: &str) -> Option<EnvironmentName> {
    file.strip_suffix(EXTENSION)?.strip_suffix('.')?.parse().ok()
}

#[derive(Default, Serialize, Deserialize)]
struct Content {
    nodes: Pins,
}

/// The nodes of one environment, in a file.
#[derive(Debug, Clone)]
pub(crate) struct KnownNodes {
    path: PathBuf,
}

impl KnownNodes {
    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What is remembered.
    ///
    /// # Errors
    /// When the file cannot be trusted, read or understood: then nobody can be believed.
    pub(crate) fn read(&self) -> Result<Pins, Failure> {
        let Some(bytes) = private_file::read(&self.path, LONGEST)? else { return Ok(Pins::default()) };
        let content: Content = format::decode(FORMAT, &String::from_utf8_lossy(&bytes)).map_err(|error| {
            Failure::unavailable(format!("{}: {error}", self.path.display())).remedy(
                "restore the file from a copy; or remove it, and the next keys that agents show are taken for theirs",
            )
        })?;
        Ok(content.nodes)
    }

    /// Makes sure that what a call will learn can be kept.
    ///
    /// # Errors
    /// When the file cannot be locked or written.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        private_file::check(&self.path, ROOM)
    }

    /// Adds what a call has learned: the keys of `new` nodes, and how new the records of `sighted` ones are. Other calls
    /// may have learned at the same time, or a user have forgotten a node: that stays so.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(crate) fn learn(
        &self,
        learned: &Pins,
        new: &BTreeSet<NodeId>,
        sighted: &BTreeSet<NodeId>,
    ) -> Result<(), Failure> {
        if new.is_empty() && sighted.is_empty() {
            return Ok(());
        }
        self.change(|pins| new.union(sighted).for_each(|node| pins.take_over(node, learned, new.contains(node))))
    }

    /// Changes what is remembered; others who do so wait.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Pins) -> T) -> Result<T, Failure> {
        private_file::change(&self.path, || {
            let mut nodes = self.read()?;
            let answer = change(&mut nodes);
            let text =
                format::encode(FORMAT, &Content { nodes }).map_err(|error| Failure::unavailable(error.to_string()))?;
            Ok((text, answer))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_core::facts::Facts;
    use bellwether_core::fleet::inventory::{NodeKind, NodeRecord};
    use bellwether_core::fleet::keys::{PublicKey, SigningKey};
    use jiff::Timestamp;

    fn key(seed: u8) -> PublicKey {
        SigningKey::from_seed([seed; 32]).unwrap().public()
    }

    /// Keeps a call's first sight of these nodes.
    fn learn(known: &KnownNodes, pins: &Pins) {
        known.learn(pins, &pins.iter().map(|(node, _)| node.clone()).collect(), &BTreeSet::new()).unwrap();
    }

    fn pinned(node: &NodeId, key: PublicKey) -> Pins {
        let mut pins = Pins::default();
        pins.pin(node.clone(), key);
        pins
    }

    fn record(node: NodeId) -> NodeRecord {
        NodeRecord {
            kind: NodeKind::Node,
            node,
            env: environment("test"),
            facts: Facts::default(),
            seen: "2026-12-31T23:59:59.123456789Z".parse().unwrap(),
            period_ms: 60_000,
            version: String::new(),
            left: false,
        }
    }

    fn environment(name: &str) -> EnvironmentName {
        name.parse().unwrap()
    }

    #[test]
    fn the_largest_file_that_is_written_can_be_read() {
        const NODES: usize = 100;
        let dir = tempfile::tempdir().unwrap();
        let known = KnownEnvironments::at(dir.path().join("known")).nodes_of(&environment("test"));
        let mut pins = Pins::default();
        for number in 0..NODES {
            let node = NodeId::new(format!("{number:03}{}", "\"".repeat(LONGEST_NAME - 3))).unwrap();
            pins.pin(node.clone(), key(1));
            pins.sight(&record(node), Timestamp::MAX);
        }
        learn(&known, &pins);
        assert_eq!(known.read().unwrap(), pins);
        let length = usize::try_from(fs::metadata(known.path()).unwrap().len()).unwrap();
        assert!(length < NODES * NODE_BYTES, "{length} bytes");
    }

    #[test]
    fn a_node_of_one_environment_is_not_that_of_another() {
        let dir = tempfile::tempdir().unwrap();
        let known = KnownEnvironments::at(dir.path().join("known"));
        assert!(known.read_all().unwrap().is_empty());
        let node = NodeId::new("web-1").unwrap();
        let keys = [("staging", key(1)), ("production", key(2))];
        for (name, key) in keys {
            learn(&known.nodes_of(&environment(name)), &pinned(&node, key));
        }
        for (name, key) in keys {
            let pins = known.nodes_of(&environment(name)).read().unwrap();
            assert_eq!(pins.iter().collect::<Vec<_>>(), [(&node, &key)], "{name}");
        }
        let all = known.read_all().unwrap();
        assert_eq!(all.keys().map(EnvironmentName::as_str).collect::<Vec<_>>(), ["production", "staging"]);
    }

    #[test]
    fn a_node_that_was_forgotten_during_a_call_is_not_remembered_for_its_record() {
        let dir = tempfile::tempdir().unwrap();
        let known = KnownEnvironments::at(dir.path().join("known")).nodes_of(&environment("test"));
        let node = NodeId::new("web-1").unwrap();
        let (none, one) = (BTreeSet::new(), BTreeSet::from([node.clone()]));
        let mut pins = pinned(&node, key(1));
        learn(&known, &pins);
        pins.sight(&record(node.clone()), Timestamp::MAX);
        known.learn(&pins, &none, &one).unwrap();
        assert_eq!(known.read().unwrap(), pins);
        assert!(known.change(|pins| pins.forget(&node)).unwrap());
        known.learn(&pins, &none, &one).unwrap();
        assert_eq!(known.read().unwrap(), Pins::default());
    }

    #[test]
    fn what_else_is_in_the_directory_is_no_environment() {
        for file in ["staging.json.lock", "staging.json.new", "staging", "json", ".json", "A.json", "a.b.json", "ajson"]
        {
            assert_eq!(environment_of(file), None, "{file}");
        }
        for name in ["staging", "json", "lock", "2", "-", "_"] {
            let path = KnownEnvironments::at("/known".into()).nodes_of(&environment(name)).path;
            assert_eq!(path.parent(), Some(Path::new("/known")), "{name}");
            assert_eq!(environment_of(path.file_name().unwrap().to_str().unwrap()), Some(environment(name)));
        }
    }
}
