//! Folders of files, and the time that a reader may take for one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Far more than any reader takes on a busy machine, and far less than one that goes wild.
const BOUND: Duration = Duration::from_secs(10);

/// The files of a folder, in the order of their names.
#[derive(Debug, Clone)]
pub(crate) struct Corpus(Vec<(String, Vec<u8>)>);

impl Corpus {
    /// The folder of this name; it must have files.
    pub(crate) fn of(folder: &str) -> Self {
        let path = root().join(folder);
        let mut files: Vec<_> = entries(&path).map(|path| (name(&path), fs::read(&path).unwrap())).collect();
        files.sort();
        assert!(!files.is_empty(), "{} has no files", path.display());
        Self(files)
    }

    /// Names and contents.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// The contents alone.
    pub(crate) fn contents(&self) -> Vec<Vec<u8>> {
        self.0.iter().map(|(_, bytes)| bytes.clone()).collect()
    }
}

/// The names of all folders, in order.
pub(crate) fn folders() -> Vec<String> {
    let mut names: Vec<_> = entries(&root()).map(|path| name(&path)).collect();
    names.sort();
    names
}

/// Runs a reader and holds it to the bound.
pub(crate) fn within_bounds(what: &str, run: impl FnOnce()) {
    let started = Instant::now();
    run();
    let took = started.elapsed();
    assert!(took < BOUND, "{what} took {took:?}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn entries(path: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path())
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}
