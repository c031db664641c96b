//! Private files that survive a crash whole: the old or the new text, never a part.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::files::FileError;

/// Reading and writing by the owner.
const MODE: u32 = 0o600;

/// Replaces a file of our own by this text, with mode 0600. When it returns the text is on the disk; before that, the
/// old one is. Blocks.
///
/// # Errors
/// When it cannot be written; the old text is there still.
pub fn replace(path: &Path, text: &[u8]) -> Result<(), FileError> {
    let new = path.with_added_extension("new");
    let failed = |what| move |source: io::Error| FileError::Io { what, path: path.to_owned(), source };
    let written = write_new(&new, text).and_then(|()| fs::rename(&new, path));
    written.map_err(|source| {
        // A full disk is not to be filled further by half a file.
        let _ = fs::remove_file(&new);
        failed("replace")(source)
    })?;
    sync_directory(path).map_err(failed("make sure of"))
}

/// Finds out whether a file of our own could be replaced by one of so many bytes: they are written beside it, and removed
/// again. The file stays as it is, and nothing is made sure of on the disk.
///
/// # Errors
/// When they cannot be written.
pub fn try_replace(path: &Path, length: u64) -> Result<(), FileError> {
    let new = path.with_added_extension("new");
    let written = create_new(&new).and_then(|mut file| io::copy(&mut io::repeat(0).take(length), &mut file));
    let removed = fs::remove_file(&new);
    written.and(removed).map_err(|source| FileError::Io { what: "replace", path: path.to_owned(), source })
}

/// Removes a file of our own, if it is there. When it returns, it does not come back.
///
/// # Errors
/// When it cannot be removed.
pub fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path).and_then(|()| sync_directory(path)) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(FileError::Io { what: "remove", path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

fn create_new(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(MODE).open(path)
}

fn write_new(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = create_new(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// Puts the name of a file on the disk. Blocks.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, symlink};

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state");
        for text in ["one", "", "three"] {
            replace(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn trying_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state");
        try_replace(&path, 100_000).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        replace(&path, b"text").unwrap();
        try_replace(&path, 0).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "text");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(try_replace(&dir.path().join("missing/state"), 0).is_err());
    }

    #[test]
    fn what_lies_in_the_way_is_not_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let (path, victim) = (dir.path().join("state"), dir.path().join("victim"));
        fs::write(&victim, "precious").unwrap();
        symlink(&victim, dir.path().join("state.new")).unwrap();
        replace(&path, b"text").unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert!(replace(&dir.path().join("missing/state"), b"text").is_err());
    }
}
