//! The file of a script, for as long as it runs.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bellwether_host::random;

/// Reading, writing and running by the owner.
const MODE: u32 = 0o700;

/// A file that nobody else can have a hand in. Dropping it removes it.
#[derive(Debug)]
pub(super) struct ScriptFile(PathBuf);

impl ScriptFile {
    /// Writes a script to a new file in a directory of our own, under a name that nobody can guess.
    ///
    /// # Errors
    /// When it cannot be written; nothing is left then.
    pub(super) fn write(directory: &Path, text: &str) -> io::Result<Self> {
        let path = directory.join(random::run_id()?.as_str());
        let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&path)?;
        let script = Self(path);
        file.write_all(text.as_bytes())?;
        Ok(script)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScriptFile {
    fn drop(&mut self) {
        // What cannot be removed now is removed by an agent that starts later.
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_script_is_its_owners_alone_and_goes_away() {
        let dir = tempfile::tempdir().unwrap();
        let one = ScriptFile::write(dir.path(), "echo a").unwrap();
        let other = ScriptFile::write(dir.path(), "echo b").unwrap();
        assert_ne!(one.path(), other.path());
        assert_eq!(fs::metadata(one.path()).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read_to_string(one.path()).unwrap(), "echo a");
        drop((one, other));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(ScriptFile::write(&dir.path().join("missing"), "").is_err());
    }
}
