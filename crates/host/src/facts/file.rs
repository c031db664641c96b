//! A file of facts, which is read again when it has changed.

use std::path::PathBuf;

use super::found::Found;
use super::source::Source;
use super::stamp::Stamp;
use super::{LARGEST, document};
use crate::files::read_bounded;

/// A file, and what it said when it was last read.
#[derive(Debug)]
pub(super) struct FactFile {
    path: PathBuf,
    read: Option<(Seen, Source)>,
}

/// How a file was found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    stamp: Result<Stamp, String>,
    /// Whether a later change will show.
    is_settled: bool,
}

impl FactFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, read: None }
    }

    /// How it is now. May block, where its file system hangs.
    pub(super) fn stamp(&self) -> Result<Stamp, String> {
        Stamp::of(&self.path)
    }

    /// Whether a file that is so has changed since it was read, and that so lately that somebody may still write it.
    pub(super) fn is_in_motion(&self, now: &Result<Stamp, String>) -> bool {
        let is_as_read = self.read.as_ref().is_some_and(|(seen, _)| seen.stamp == *now);
        !is_as_read && !now.as_ref().is_ok_and(Stamp::is_settled)
    }

    /// Reads it when it has changed, or may have; whether it says something else than before. May block.
    pub(super) fn look(&mut self, keeps: bool) -> bool {
        // Looked at before it is read: what changes meanwhile is noticed the next time.
        let stamp = self.stamp();
        let is_settled = stamp.as_ref().is_ok_and(Stamp::is_settled);
        if let Some((seen, _)) = &self.read
            && seen.is_settled
            && seen.stamp == stamp
        {
            return false;
        }
        let source = Source::of(self.found(&stamp));
        let earlier = self.read.take().map(|(_, earlier)| earlier);
        let source = match &earlier {
            Some(earlier) if keeps => source.after(earlier),
            _ => source,
        };
        let is_news = earlier.as_ref() != Some(&source);
        self.read = Some((Seen { stamp, is_settled }, source));
        is_news
    }

    /// What it said when it was last read; none before the first time.
    pub(super) fn source(&self) -> Option<&Source> {
        self.read.as_ref().map(|(_, source)| source)
    }

    fn found(&self, stamp: &Result<Stamp, String>) -> Found {
        let read = stamp.clone().and_then(|_| self.text()).and_then(|text| document::of_file(&self.path, &text));
        match read {
            Ok(told) => Found::of(self.path.display(), told),
            Err(why) => Found::nothing(format!("no facts from {}: {why}", self.path.display())),
        }
    }

    fn text(&self) -> Result<String, String> {
        let bytes = read_bounded(&self.path, LARGEST).map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A file that has been there for longer than it takes to build this test.
    const OLD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

    #[test]
    fn a_file_that_stays_as_it_is_is_not_read_again() {
        let mut file = FactFile::new(OLD.into());
        assert!(file.is_in_motion(&Err("gone".to_owned())) && !file.is_in_motion(&file.stamp()), "it is old");
        assert!(file.look(false) && !file.look(false));
        let remembered = Source::of(Found::default());
        file.read.as_mut().unwrap().1 = remembered.clone();
        assert!(!file.look(false));
        assert_eq!(file.source(), Some(&remembered), "it was not read");
        file.read.as_mut().unwrap().0.is_settled = false;
        assert!(file.look(false), "it was changed when it was read, so it was read again");
    }

    #[test]
    fn a_file_is_in_motion_until_it_was_read_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("facts.yaml");
        fs::write(&path, "role: web\n").unwrap();
        let mut file = FactFile::new(path.clone());
        assert!(file.is_in_motion(&file.stamp()));
        assert!(file.look(true) && !file.is_in_motion(&file.stamp()));
        fs::write(&path, "role: database\n").unwrap();
        assert!(file.is_in_motion(&file.stamp()));
        assert!(file.look(true) && !file.look(true));
        fs::remove_file(&path).unwrap();
        assert!(file.is_in_motion(&file.stamp()), "who removes a file may be about to write another one");
        assert!(file.look(true) && !file.is_in_motion(&file.stamp()));
        assert_eq!(file.source().unwrap().found.facts.len(), 1, "its last word");
    }
}
