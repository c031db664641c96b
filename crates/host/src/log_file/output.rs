//! The log file while it is open.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::libc::{ELOOP, O_NOFOLLOW, O_NONBLOCK};

use crate::durable::sync_directory;
use crate::files::our_uid;

/// Who may read a new file. Its owner alone may write to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Everybody, where the umask does not say otherwise: whatever collects logs must be able to.
    All,
    /// Its owner and group, for one that tells what a command line may hold.
    Group,
    /// Its owner alone.
    Owner,
}

impl Readers {
    const fn mode(self) -> u32 {
        match self {
            Self::All => 0o644,
            Self::Group => 0o640,
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
    /// Whether a crash can take what was written; not from a device or a pipe.
    is_on_disk: bool,
    /// Whether its name is in its directory on the disk for certain.
    has_name: bool,
    /// Whether the last line was only written in part.
    is_torn: bool,
}

/// What was written and may not be on the disk yet.
#[derive(Debug)]
pub struct Unsynced(Option<File>);

impl Unsynced {
    /// Waits until it is there. Blocks.
    ///
    /// # Errors
    /// When it may not be there.
    pub fn sync(self) -> io::Result<()> {
        self.0.map_or(Ok(()), |file| file.sync_data())
    }
}

impl Output {
    /// Opens a file, which is made if it is not there.
    pub(super) fn open(path: &Path, readers: Readers) -> io::Result<Self> {
        let file = open_to_append(path, readers)?;
        let found = file.metadata()?;
        Ok(Self { file, id: id_of(&found), is_on_disk: found.is_file(), has_name: false, is_torn: false })
    }

    /// What is to be put on the disk; its name is, from the first time on.
    pub(super) fn unsynced(&mut self, path: &Path) -> io::Result<Unsynced> {
        if !self.is_on_disk {
            return Ok(Unsynced(None));
        }
        if !self.has_name {
            // A new file of which the directory does not know is gone after a crash, whatever was in it.
            sync_directory(path)?;
            self.has_name = true;
        }
        self.file.try_clone().map(|file| Unsynced(Some(file)))
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

/// Opens a log file to append to, which is made if it is not there. A link is only followed when it is root's or ours,
/// such as /dev/stdout: that of another user could lead to any file that we may write.
///
/// # Errors
/// When it cannot be opened or created, or is somebody else's link.
pub fn open_to_append(path: &Path, readers: Readers) -> io::Result<File> {
    let open = |flags| {
        let mut options = OpenOptions::new();
        // A pipe in the file's place must not hold us up.
        options.append(true).create(true).mode(readers.mode()).custom_flags(O_NONBLOCK | flags).open(path)
    };
    match open(O_NOFOLLOW) {
        Err(error) if error.raw_os_error() == Some(ELOOP) => match path.symlink_metadata()? {
            link if is_trusted(link.uid()) => open(0),
            link => Err(io::Error::other(format!("it is a link of user {}, who is neither root nor us", link.uid()))),
        },
        opened => opened,
    }
}

/// Makes a directory for logs where it is missing; what keeps it from being made is told by opening the file.
///
/// # Errors
/// When it belongs to neither root nor us: its owner could put anything in the place of the file.
pub fn make_directory(path: &Path, mode: u32) -> io::Result<()> {
    let _ = DirBuilder::new().mode(mode).create(path);
    match path.metadata() {
        Ok(found) if !is_trusted(found.uid()) => {
            let why =
                format!("it belongs to user {}, who is neither root nor us; take it over (chown root)", found.uid());
            Err(io::Error::other(why))
        }
        _ => Ok(()),
    }
}

/// Whether links and directories of this user may lead our lines anywhere.
fn is_trusted(owner: u32) -> bool {
    [0, our_uid()].contains(&owner)
}

fn id_of(found: &Metadata) -> (u64, u64) {
    (found.dev(), found.ino())
}

#[cfg(test)]
mod tests {
    use std::fs::read_to_string;
    use std::os::unix::fs::{PermissionsExt, lchown, symlink};

    use super::*;

    /// A user who is neither root nor us.
    fn stranger() -> u32 {
        our_uid() + 4_711
    }

    #[test]
    fn our_own_link_is_followed_and_that_of_another_user_is_not() {
        assert!(is_trusted(0) && is_trusted(our_uid()) && !is_trusted(stranger()));
        let dir = tempfile::tempdir().unwrap();
        let (link, target) = (dir.path().join("x.log"), dir.path().join("target"));
        symlink(&target, &link).unwrap();
        Output::open(&link, Readers::Group).unwrap().append("one").unwrap();
        assert_eq!(read_to_string(&target).unwrap(), "one\n");
        // Only root can give a link away.
        if our_uid() == 0 {
            lchown(&link, Some(stranger()), None).unwrap();
            let error = Output::open(&link, Readers::All).unwrap_err().to_string();
            assert!(error.contains("a link of user"), "{error}");
        }
    }

    #[test]
    fn a_log_for_the_group_is_not_readable_by_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.log");
        open_to_append(&path, Readers::Group).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o137, 0);
    }

    #[test]
    fn a_directory_of_another_user_is_not_for_our_logs() {
        let dir = tempfile::tempdir().unwrap();
        let logs = dir.path().join("logs");
        make_directory(&logs, 0o750).unwrap();
        make_directory(&logs, 0o750).unwrap();
        // Only root can give a directory away.
        if our_uid() == 0 {
            lchown(&logs, Some(stranger()), None).unwrap();
            assert!(make_directory(&logs, 0o750).unwrap_err().to_string().contains("chown root"));
        }
    }
}
