//! All sources together, and what has changed.

use std::collections::BTreeSet;

use bellwether_core::facts::Facts;

use super::file::FactFile;
use super::found::Found;
use super::program::Program;
use super::sources::FactSources;
use super::{builtin, directory};

/// Reads facts again and again.
#[derive(Debug)]
pub struct FactReader {
    sources: FactSources,
    files: Vec<FactFile>,
    last: Option<Facts>,
    known_problems: BTreeSet<String>,
}

/// What all sources say now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The facts of every source that could be read.
    pub facts: Facts,
    /// What is wrong with the others, each a line for a log. Told when it is new, and not again while it stays.
    pub problems: Vec<String>,
    /// Whether nothing is wrong with any source.
    pub is_whole: bool,
    /// Whether the facts are others than the last time. True the first time.
    pub changed: bool,
}

impl FactReader {
    /// Nothing is read yet.
    pub fn new(sources: FactSources) -> Self {
        let files = sources.files.iter().cloned().map(FactFile::new).collect();
        Self { sources, files, last: None, known_problems: BTreeSet::new() }
    }

    /// Runs the programs, one after the other, and reads the files that have changed. Sources that are missing or broken
    /// are left out, the rest still counts. In order: what the system says, facter, the directory's programs by name,
    /// the files as they are listed; a later one wins.
    ///
    /// Takes as long as the programs do, each at most its timeout and a few seconds. A file on a file system that hangs
    /// holds it up, but not the thread. Dropping the future leaves a program that runs alone. Must be called within a
    /// runtime.
    pub async fn refresh(&mut self) -> Reading {
        let mut found = if self.sources.builtin { builtin::facts() } else { Found::default() };
        if let Some(facter) = &self.sources.facter {
            found.merge(Program::facter(facter).facts(self.sources.timeout).await);
        }
        if let Some(dir) = &self.sources.directory {
            found.merge(directory::facts(dir, self.sources.timeout).await);
        }
        found.merge(self.read_files().await);
        self.tell(found)
    }

    async fn read_files(&mut self) -> Found {
        if self.files.is_empty() {
            return Found::default();
        }
        // A copy, so that they are not lost when the future is dropped meanwhile.
        let mut files = self.files.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let mut found = Found::default();
            files.iter_mut().for_each(|file| found.merge(file.facts()));
            (files, found)
        });
        let read = reading.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        self.files = read.0;
        read.1
    }

    fn tell(&mut self, found: Found) -> Reading {
        let is_whole = found.problems.is_empty();
        let problems: BTreeSet<String> = found.problems.iter().cloned().collect();
        let is_new = |problem: &String| !self.known_problems.contains(problem);
        let told = found.problems.into_iter().filter(is_new).collect();
        self.known_problems = problems;
        let changed = self.last.as_ref() != Some(&found.facts);
        self.last = Some(found.facts.clone());
        Reading { facts: found.facts, problems: told, is_whole, changed }
    }
}
