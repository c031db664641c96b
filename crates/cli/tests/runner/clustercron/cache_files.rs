//! The files of the cache: looked at, and changed, as another program would.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::support::Node;

/// The names in a directory; none when it is not there.
pub(super) fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A cache in a directory of the sandbox.
pub(super) struct CacheFiles(PathBuf);

impl CacheFiles {
    /// Where the program keeps it when nothing is configured.
    pub(super) fn of(node: &Node) -> Self {
        Self(node.sandbox.state().join("bellwether"))
    }

    /// The names of its files.
    pub(super) fn names(&self) -> Vec<String> {
        names(&self.0)
    }

    /// Its only file.
    pub(super) fn only(&self) -> PathBuf {
        let names = self.names();
        assert_eq!(names.len(), 1, "{names:?}");
        self.0.join(&names[0])
    }

    /// What its only file holds.
    pub(super) fn value(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.only()).unwrap()).unwrap()
    }

    /// Changes what its only file holds.
    pub(super) fn set(&self, master: bool, isodate: &str) {
        fs::write(self.only(), json!({"master": master, "isodate": isodate}).to_string()).unwrap();
    }

    /// The date its only file holds.
    pub(super) fn isodate(&self) -> String {
        self.value()["isodate"].as_str().expect("a date").to_owned()
    }
}
