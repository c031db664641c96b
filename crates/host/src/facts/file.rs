//! A file of facts, which is read again when it has changed.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::found::Found;
use super::{LARGEST, document};
use crate::clock;
use crate::files::read_bounded;

/// How long after a change another one may leave the same time behind: file systems count in seconds or ticks.
const UNSETTLED: Duration = Duration::from_secs(3);

/// A file, and what it said when it was last read.
#[derive(Debug, Clone)]
pub(super) struct FactFile {
    path: PathBuf,
    read: Option<(Stamp, Found)>,
}

/// What is different when a file has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FactFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, read: None }
    }

    /// What it says now. May block, where its file system hangs.
    pub(super) fn facts(&mut self) -> Found {
        // Looked at before it is read: what changes meanwhile is noticed the next time.
        let stamp = match stamp(&self.path) {
            Ok(stamp) => stamp,
            Err(why) => return self.nothing(&why),
        };
        if let Some((known, found)) = &self.read
            && *known == stamp
        {
            return found.clone();
        }
        let found = match self.text().and_then(|text| document::of_file(&self.path, &text)) {
            Ok(told) => Found::of(self.path.display(), told),
            Err(why) => self.nothing(&why),
        };
        self.read = stamp.is_settled().then(|| (stamp, found.clone()));
        found
    }

    fn text(&self) -> Result<String, String> {
        let bytes = read_bounded(&self.path, LARGEST).map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
    }

    fn nothing(&self, why: &str) -> Found {
        Found::nothing(format!("no facts from {}: {why}", self.path.display()))
    }
}

/// Opening a pipe would wait for somebody to write, so only regular files are.
fn stamp(path: &Path) -> Result<Stamp, String> {
    let found = path.metadata().map_err(|error| missing(&error))?;
    if found.is_file() { Ok(Stamp::of(&found)) } else { Err("it is not a regular file".to_owned()) }
}

fn missing(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file; create it, or take it out of the settings".to_owned(),
        _ => error.to_string(),
    }
}

impl Stamp {
    fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
            size: found.size(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        }
    }

    /// Whether the next change will show. A clock that was set back makes a file be read more often, never less.
    fn is_settled(&self) -> bool {
        let since = clock::now().wall.as_second() - self.changed.0;
        u64::try_from(since).is_ok_and(|since| since >= UNSETTLED.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use bellwether_core::facts::Facts;

    use super::*;

    /// A file that has been there for longer than it takes to build this test.
    const OLD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

    #[test]
    fn a_file_that_stays_as_it_is_is_not_read_again() {
        let mut file = FactFile::new(OLD.into());
        assert!(file.facts().facts.get("[package]").is_some());
        let (stamp, _) = file.read.clone().expect("it is remembered");
        let remembered = Found::of("", (Facts::from_words("remembered").0, Default::default()));
        file.read = Some((stamp, remembered.clone()));
        assert_eq!(file.facts().facts, remembered.facts);
        for other in [
            Stamp { size: stamp.size + 1, ..stamp },
            Stamp { inode: stamp.inode + 1, ..stamp },
            Stamp { modified: (0, 0), ..stamp },
            Stamp { changed: (0, 0), ..stamp },
        ] {
            file.read = Some((other, remembered.clone()));
            assert!(file.facts().facts.get("[package]").is_some(), "{other:?}");
        }
    }

    #[test]
    fn a_change_of_just_now_is_not_relied_on() {
        let at = |seconds: i64| {
            let changed = (clock::now().wall.as_second() - seconds, 0);
            Stamp { device: 0, inode: 0, size: 0, modified: changed, changed }
        };
        assert!(!at(0).is_settled() && !at(-1_000).is_settled());
        assert!(at(10).is_settled());
    }
}
