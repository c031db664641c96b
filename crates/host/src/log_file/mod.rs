//! A log file that is put aside at set times, by the rules of Python's `TimedRotatingFileHandler`.
//!
//! - [`rotation`]: when, and under which name. `backups`: which of those put aside are deleted.
//! - `output`: the open file.

mod backups;
mod output;
pub mod rotation;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use rotation::{Rotation, RotationError, Unit};

pub use output::{Readers, Unsynced, make_directory, open_to_append};

use output::Output;

/// Makes a line of the log of what the log itself has to say.
pub type Note = fn(Timestamp, &str) -> String;

/// A log file. It never fails its user: lines that cannot be written are counted, and the count is written as soon as
/// something can be.
///
/// Files that somebody else moves away, as logrotate does, are left to them, and a new one is begun. Only regular files
/// are put aside; a device or a pipe can be a log file too, and drops what its reader does not take at once.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    /// With the instant when the file is next put aside.
    rotation: Option<(Rotation, Timestamp)>,
    zone: TimeZone,
    note: Note,
    readers: Readers,
    output: Option<Output>,
    lost: Option<Lost>,
}

/// Lines that could not be written.
#[derive(Debug)]
struct Lost {
    lines: u64,
    why: String,
}

/// Why there is no log file.
#[derive(Debug, thiserror::Error)]
#[error("cannot open the log file {}: {source}; make its directory, or name another file", path.display())]
pub struct LogFileError {
    path: PathBuf,
    source: io::Error,
}

impl LogFile {
    /// Opens a file to append to, readable for all where the umask does not say otherwise: whatever collects logs must
    /// be able to. Otherwise as [`LogFile::open_for`].
    ///
    /// # Errors
    /// When it cannot be opened or created.
    pub fn open(
        path: &Path,
        rotation: Option<Rotation>,
        zone: TimeZone,
        now: Timestamp,
        note: Note,
    ) -> Result<Self, LogFileError> {
        Self::open_for(Readers::All, path, rotation, zone, now, note)
    }

    /// Opens a file to append to. With a rotation, it is first put aside one interval after it was last written, or from now on when
    /// it is new; dates are those of the zone.
    ///
    /// # Errors
    /// When it cannot be opened or created.
    pub fn open_for(
        readers: Readers,
        path: &Path,
        rotation: Option<Rotation>,
        zone: TimeZone,
        now: Timestamp,
        note: Note,
    ) -> Result<Self, LogFileError> {
        let failed = |source| LogFileError { path: path.to_owned(), source };
        let written = last_written(path).map_err(failed)?;
        let output = Output::open(path, readers).map_err(failed)?;
        let rotation = rotation.map(|rotation| {
            let due = rotation.next(written.unwrap_or(now), &zone);
            (rotation, due)
        });
        Ok(Self { path: path.to_owned(), rotation, zone, note, readers, output: Some(output), lost: None })
    }

    /// Appends a line, after putting the file aside if it is time. A line of more than 64 KiB is cut.
    pub fn write(&mut self, now: Timestamp, line: &str) {
        // What could not be written is counted, and told in the file.
        let _ = self.try_write(now, line);
    }

    /// The same, for those who must know whether it was written.
    ///
    /// # Errors
    /// When it was not; it is counted nevertheless.
    pub fn try_write(&mut self, now: Timestamp, line: &str) -> io::Result<()> {
        if let Some(trouble) = self.rotate_if_due(now) {
            // The line after it tells whether the file takes any.
            let _ = self.append(&(self.note)(now, &trouble));
        }
        let told = self.lost.as_ref().map(|Lost { lines, why }| {
            let text = format!("{lines} lines are missing here: they could not be written ({why})");
            (self.note)(now, &text)
        });
        match told {
            Some(told) if self.try_append(&told).is_ok() => self.lost = None,
            _ => {}
        }
        self.append(line)
    }

    /// What was written and may not be on the disk yet, to be put there without holding this log meanwhile.
    ///
    /// # Errors
    /// When that cannot be done, as there is no file.
    pub fn unsynced(&mut self) -> io::Result<Unsynced> {
        let output = self.output.as_mut().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        output.unsynced(&self.path)
    }

    fn append(&mut self, line: &str) -> io::Result<()> {
        self.try_append(line).inspect_err(|error| {
            let lines = self.lost.take().map_or(0, |lost| lost.lines);
            self.lost = Some(Lost { lines: lines.saturating_add(1), why: error.to_string() });
        })
    }

    fn try_append(&mut self, line: &str) -> io::Result<()> {
        match &mut self.output {
            Some(output) if output.is_at(&self.path) => output.append(line),
            output => output.insert(Output::open(&self.path, self.readers)?).append(line),
        }
    }

    /// Puts the file aside if it is time; gives what went wrong with that.
    fn rotate_if_due(&mut self, now: Timestamp) -> Option<String> {
        let (rotation, due) = self.rotation.as_mut()?;
        if now.as_second() < due.as_second() {
            return None;
        }
        let aside = rotation.name(&self.path, *due, now, &self.zone);
        *due = rotation.next(now, &self.zone);
        match self.path.metadata() {
            Ok(found) if !found.is_file() => return None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            _ => {}
        }
        if let Err(error) = fs::rename(&self.path, &aside) {
            return Some(format!("cannot put {} aside as {}: {error}", self.path.display(), aside.display()));
        }
        self.output = None;
        let deleted = backups::delete_oldest(&self.path, rotation);
        deleted.err().map(|error| format!("cannot delete old logs beside {}: {error}", self.path.display()))
    }
}

/// When a file was last written; none when it is not there.
fn last_written(path: &Path) -> io::Result<Option<Timestamp>> {
    match path.metadata().and_then(|found| found.modified()) {
        Ok(written) => Ok(Some(timestamp(written))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file's time, which may be any; what no calendar holds counts as the epoch.
fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
#[path = "log_file_tests.rs"]
mod tests;
