//! The file of the history: lines of JSON that are only appended, each with a time and ids.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_core::format;
use bellwether_host::durable;
use bellwether_host::files::{open_private, read_bounded};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The file in the agent's directory.
const NAME: &str = "history";
/// The format of its lines.
const FORMAT: u32 = 1;
/// The largest that is read, in bytes: far more than is kept.
const LARGEST: usize = 64 << 20;
/// How many lines there may be that nobody needs any more.
const SPARE_LINES: usize = 1_000;

/// Ids that were seen at a time.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    at: Timestamp,
    pub(super) ids: Vec<String>,
}

impl Line {
    pub(super) fn of(ids: &[&str], at: Timestamp) -> Self {
        Self { at, ids: ids.iter().map(|&id| id.to_owned()).collect() }
    }

    /// Whether it may not be forgotten yet. A time in the future tells of a clock that was set.
    fn is_needed(&self, now: Timestamp, remembered: Duration) -> bool {
        now.duration_since(self.at).unsigned_abs() < remembered || self.at > now
    }
}

/// The open file.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    lines: usize,
    /// Whether the last line may only be written in part: the next one must not be glued to it.
    is_torn: bool,
}

impl Journal {
    /// Opens the file in a directory of our own, without what may be forgotten; gives what may not.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub(super) fn open(directory: &Path, now: Timestamp, remembered: Duration) -> Result<(Self, Vec<Line>), String> {
        let path = directory.join(NAME);
        // Refuses what is not ours.
        let file = open_private(&path, true).map_err(|error| error.to_string())?;
        let bytes = read_bounded(&path, LARGEST).map_err(|error| error.to_string())?;
        let mut lines = read(&bytes);
        lines.retain(|line| line.is_needed(now, remembered));
        let mut journal = Self { path, file, lines: 0, is_torn: false };
        journal.rewrite(&lines)?;
        Ok((journal, lines))
    }

    /// Appends a line. When it is to last, it is on the disk when this returns. Blocks.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn append(&mut self, line: &Line, lasts: bool) -> Result<(), String> {
        self.lines += 1;
        self.write(line, lasts)
            .map_err(|error| format!("cannot write {}: {error}; check the disk's space", self.path.display()))
    }

    fn write(&mut self, line: &Line, lasts: bool) -> std::io::Result<()> {
        let start = if self.is_torn { "\n" } else { "" };
        let text = format!("{start}{}", text(line)?);
        self.file.seek(SeekFrom::End(0))?;
        self.is_torn = true;
        self.file.write_all(text.as_bytes())?;
        self.is_torn = false;
        if lasts { self.file.sync_data() } else { Ok(()) }
    }

    /// Whether most of the file is of no use when this many ids are kept.
    pub(super) const fn is_long_for(&self, kept: usize) -> bool {
        self.lines > 2 * kept + SPARE_LINES
    }

    /// Replaces all lines, whole or not at all. Blocks.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(super) fn rewrite(&mut self, lines: &[Line]) -> Result<(), String> {
        let texts = lines.iter().map(text).collect::<Result<String, _>>().map_err(|error| error.to_string())?;
        durable::replace(&self.path, texts.as_bytes()).map_err(|error| error.to_string())?;
        self.file = open_private(&self.path, false).map_err(|error| error.to_string())?;
        (self.lines, self.is_torn) = (lines.len(), false);
        Ok(())
    }
}

fn text(line: &Line) -> std::io::Result<String> {
    Ok(format::encode(FORMAT, line)? + "\n")
}

/// The lines of a file. The last one may be torn by a crash; what cannot be read is left out, and that is told.
fn read(bytes: &[u8]) -> Vec<Line> {
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(&bytes[..0], |end| &bytes[..end]);
    let mut unreadable = 0;
    let mut line = |bytes: &[u8]| {
        let read = std::str::from_utf8(bytes).ok().and_then(|text| format::decode(FORMAT, text).ok());
        unreadable += usize::from(read.is_none());
        read
    };
    let lines = whole.split(|&byte| byte == b'\n').filter(|bytes| !bytes.is_empty()).filter_map(&mut line).collect();
    if unreadable > 0 {
        tracing::warn!("{unreadable} lines of the history cannot be read; what they tell may be done once more");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_half_written_line_is_known_after_a_restart() {
        let (dir, now) = (tempfile::tempdir().unwrap(), Timestamp::UNIX_EPOCH);
        let open = || Journal::open(dir.path(), now, Duration::from_secs(120)).unwrap();
        let (mut journal, _) = open();
        let path = dir.path().join(NAME);
        journal.append(&Line::of(&["before"], now), true).unwrap();
        // The disk takes the half of a line and no more.
        journal.file.write_all(&text(&Line::of(&["lost"], now)).unwrap().as_bytes()[..9]).unwrap();
        journal.file = File::open(&path).unwrap();
        assert!(journal.append(&Line::of(&["refused"], now), true).unwrap_err().contains("space"));
        journal.file = File::options().write(true).open(&path).unwrap();
        journal.append(&Line::of(&["after"], now), true).unwrap();
        drop(journal);
        let (_, lines) = open();
        assert_eq!(lines, [Line::of(&["before"], now), Line::of(&["after"], now)]);
    }
}
