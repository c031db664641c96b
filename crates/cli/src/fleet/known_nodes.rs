//! The file in which a caller remembers the agents' keys.

use std::io;
use std::path::{Path, PathBuf};

use bellwether_core::fleet::caller::pins::{MOST_NODES, Pins};
use bellwether_core::fleet::keys::PublicKey;
use bellwether_core::format;
use bellwether_core::names::{LONGEST_NAME, NodeId};
use bellwether_host::durable;
use bellwether_host::files::{FileError, private_dir, read_private};
use bellwether_host::lock::FileLock;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The format this program writes.
const FORMAT: u32 = 1;
/// More bytes than a node takes in the file: its name, every character of it escaped, its key, and what is between.
const NODE_BYTES: usize = 2 * LONGEST_NAME + 128;
/// The longest file: one that was written can always be read, and a user may pin some more nodes by hand.
const LONGEST: usize = (MOST_NODES + 10_000) * NODE_BYTES;

#[derive(Default, Serialize, Deserialize)]
struct Content {
    nodes: Pins,
}

/// The file. Read without a lock, for it is only ever replaced as a whole.
#[derive(Debug, Clone)]
pub(crate) struct KnownNodes {
    path: PathBuf,
}

impl KnownNodes {
    /// The file at `path`, which need not exist.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What is remembered.
    ///
    /// # Errors
    /// When the file cannot be trusted, read or understood: then nobody can be believed.
    pub(crate) fn read(&self) -> Result<Pins, Failure> {
        let bytes = match read_private(&self.path, LONGEST) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Pins::default()),
            Err(error) => return Err(unusable(&error)),
        };
        let content: Content = format::decode(FORMAT, &String::from_utf8_lossy(&bytes)).map_err(|error| {
            Failure::unavailable(format!("{}: {error}", self.path.display())).remedy(
                "restore the file from a copy; or remove it, and the next keys that agents show are taken for theirs",
            )
        })?;
        Ok(content.nodes)
    }

    /// Adds what a call has learned. Other calls may have learned at the same time: a node that is known by now keeps
    /// the key it has.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(crate) fn learn<'a>(&self, new: impl Iterator<Item = (&'a NodeId, &'a PublicKey)>) -> Result<(), Failure> {
        let new: Vec<_> = new.collect();
        if new.is_empty() {
            return Ok(());
        }
        self.change(|pins| {
            for (node, key) in new {
                if pins.get(node).is_none() && !pins.is_full() {
                    pins.pin(node.clone(), *key);
                }
            }
        })
    }

    /// Changes what is remembered; others who do so wait.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Pins) -> T) -> Result<T, Failure> {
        private_dir(self.path.parent().unwrap_or(Path::new("."))).map_err(|error| unusable(&error))?;
        let lock = self.path.with_added_extension("lock");
        let _lock = FileLock::take_at(&lock).map_err(|error| unusable(&error))?;
        let mut nodes = self.read()?;
        let answer = change(&mut nodes);
        let text =
            format::encode(FORMAT, &Content { nodes }).map_err(|error| Failure::unavailable(error.to_string()))?;
        durable::replace(&self.path, text.as_bytes()).map_err(|error| unusable(&error))?;
        Ok(answer)
    }
}

fn unusable(error: &FileError) -> Failure {
    Failure::unavailable(error.to_string())
        .remedy("the file must be yours, with mode 0600, in a directory that is yours")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_core::fleet::keys::SigningKey;

    #[test]
    fn the_largest_file_that_is_written_can_be_read() {
        const NODES: usize = 100;
        let dir = tempfile::tempdir().unwrap();
        let known = KnownNodes::at(dir.path().join("known.json"));
        let key = SigningKey::from_seed([1; 32]).unwrap().public();
        let mut pins = Pins::default();
        for number in 0..NODES {
            pins.pin(NodeId::new(format!("{number:03}{}", "\"".repeat(LONGEST_NAME - 3))).unwrap(), key);
        }
        known.learn(pins.iter()).unwrap();
        assert_eq!(known.read().unwrap(), pins);
        let length = usize::try_from(std::fs::metadata(known.path()).unwrap().len()).unwrap();
        assert!(length < NODES * NODE_BYTES, "{length} bytes");
    }
}
