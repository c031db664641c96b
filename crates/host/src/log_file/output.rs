//! The log file while it is open.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::libc::O_NONBLOCK;

/// Who may read a new file. Its owner alone may write to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Everybody, where the umask does not say otherwise: whatever collects logs must be able to.
    All,
    /// Its owner alone.
    Owner,
}

impl Readers {
    const fn mode(self) -> u32 {
        match self {
            Self::All => 0o644,
            Self::Owner => 0o600,
        }
    }
}

/// The longest line, in bytes.
const LONGEST: usize = 64 * 1_024;

/// A file that is appended to.
#[derive(Debug)]
pub(super) struct Output {
    file: File,
    id: (u64, u64),
    /// Whether the last line was only written in part.
    is_torn: bool,
}

impl Output {
    /// Opens a file, which is made if it is not there.
    pub(super) fn open(path: &Path, readers: Readers) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        // A pipe in the file's place must not hold us up.
        let file = options.append(true).create(true).mode(readers.mode()).custom_flags(O_NONBLOCK).open(path)?;
        let id = id_of(&file.metadata()?);
        Ok(Self { file, id, is_torn: false })
    }

    /// Whether the path still leads to this file.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        path.metadata().is_ok_and(|found| id_of(&found) == self.id)
    }

    /// Appends a line and its end, in one piece where the file takes it.
    pub(super) fn append(&mut self, line: &str) -> io::Result<()> {
        let start = if self.is_torn { "\n" } else { "" };
        let piece = format!("{start}{}\n", &line[..line.floor_char_boundary(LONGEST)]);
        let mut rest = piece.as_bytes();
        while !rest.is_empty() {
            match self.file.write(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(length) => {
                    rest = &rest[length..];
                    self.is_torn = !rest.is_empty();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn id_of(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}
