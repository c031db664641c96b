//! What is different when a file has changed.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use crate::clock;

/// How long after a change another one may leave the same time behind: file systems count in seconds or ticks.
const UNSETTLED: Duration = Duration::from_secs(3);

/// A file at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// Of the file that a path leads to. Opening a pipe would wait for somebody to write, so only regular files have
    /// one; the error says why there is none.
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        let found = path.metadata().map_err(|error| missing(&error))?;
        if found.is_file() { Ok(Self::from(&found)) } else { Err("it is not a regular file".to_owned()) }
    }

    /// Whether the next change will show. A clock that was set back makes a file be read more often, never less.
    pub(super) fn is_settled(&self) -> bool {
        let since = clock::now().wall.as_second() - self.changed.0;
        u64::try_from(since).is_ok_and(|since| since >= UNSETTLED.as_secs())
    }
}

impl From<&Metadata> for Stamp {
    fn from(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
            size: found.size(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        }
    }
}

fn missing(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file; create it, or take it out of the settings".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File, FileTimes};

    use super::*;

    #[test]
    fn a_change_of_just_now_is_not_relied_on() {
        let at = |seconds: i64| {
            let changed = (clock::now().wall.as_second() - seconds, 0);
            Stamp { device: 0, inode: 0, size: 0, modified: changed, changed }
        };
        assert!(!at(0).is_settled() && !at(-1_000).is_settled());
        assert!(at(10).is_settled());
    }

    /// As `cp -p` and `rsync -t` leave them.
    #[test]
    fn another_content_of_the_same_length_and_time_is_another_file() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("facts"), dir.path().join("other"));
        let put = |path: &Path, text: &str| {
            fs::write(path, text).unwrap();
            let times = FileTimes::new().set_modified(std::time::SystemTime::UNIX_EPOCH);
            File::options().write(true).open(path).unwrap().set_times(times).unwrap();
            Stamp::of(path).unwrap()
        };
        let first = put(&path, "role: web");
        // Longer than the tick of any clock of a file system that tests are run on.
        std::thread::sleep(Duration::from_millis(30));
        let rewritten = put(&path, "role: cat");
        assert_ne!(rewritten, first, "the time of the change differs");
        put(&other, "role: dog");
        fs::rename(&other, &path).unwrap();
        let replaced = Stamp::of(&path).unwrap();
        assert!(replaced != rewritten && replaced.inode != rewritten.inode);
        assert_eq!((replaced.size, replaced.modified), (first.size, first.modified));
    }
}
