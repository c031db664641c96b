//! Who of our programs changes the firewall: one at a time. Each would take the other's rules for its own, and remove
//! them.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::files::{FileError, read_bounded};
use crate::lock::FileLock;

/// The file in the state directory.
const NAME: &str = "firewall.lock";
/// The most that is read of it, in bytes.
const LONGEST: usize = 256;

/// While this lives, no other program of ours with the same state directory changes the firewall. The kernel ends it
/// with the process.
#[derive(Debug)]
pub struct SoleUse {
    _lock: FileLock,
}

/// Why the firewall is not ours to change.
#[derive(Debug, thiserror::Error)]
pub enum NotSole {
    /// Another program has it.
    #[error(
        "{by} blocks ports on this host already: it has locked {}; stop it, or let only one of the two block ports",
        path.display()
    )]
    Taken {
        /// Its name and process id, as it has told.
        by: String,
        /// The locked file.
        path: PathBuf,
    },
    /// There is no place for a lock.
    #[error("cannot make sure that no other program blocks ports: {0}")]
    File(#[from] FileError),
}

impl SoleUse {
    /// Takes the firewall for the program of this name; `directory` is the state directory, which must be there.
    ///
    /// # Errors
    /// When another program has it, or it cannot be locked.
    pub fn take(directory: &Path, program: &str) -> Result<Self, NotSole> {
        let path = directory.join(NAME);
        match FileLock::try_take_at(&path)? {
            Some(lock) => {
                sign(&lock, program);
                Ok(Self { _lock: lock })
            }
            None => Err(NotSole::Taken { by: holder(&path), path }),
        }
    }
}

/// Writes down who holds the lock. It holds all the same where that fails: a full disk is no reason to let ports open.
fn sign(lock: &FileLock, program: &str) {
    let mut file = lock.file();
    let text = format!("{program} (process {})\n", std::process::id());
    if let Err(error) = file.set_len(0).and_then(|()| file.write_all(text.as_bytes())) {
        tracing::debug!(%error, "the name could not be written to the firewall's lock");
    }
}

fn holder(path: &Path) -> String {
    let text = read_bounded(path, LONGEST).unwrap_or_default();
    let text: String = String::from_utf8_lossy(&text).chars().filter(|character| !character.is_control()).collect();
    if text.is_empty() { "another program".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_program_at_a_time_has_the_firewall_and_the_other_is_told_who() {
        let directory = tempfile::tempdir().unwrap();
        let held = SoleUse::take(directory.path(), "cs-instance-watcher").unwrap();
        let refused = SoleUse::take(directory.path(), "watch").unwrap_err().to_string();
        let who = format!("cs-instance-watcher (process {}) blocks ports", std::process::id());
        assert!(refused.starts_with(&who) && refused.contains("stop it"), "{refused}");
        drop(held);
        // A fork of another test holds every lock of ours until it executes something.
        let taken = (0..1_000).find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            SoleUse::take(directory.path(), "w").ok()
        });
        let _held = taken.expect("it is free again");
        let refused = SoleUse::take(directory.path(), "x").unwrap_err().to_string();
        assert!(refused.starts_with("w (process "), "nothing of a longer name is left: {refused}");
    }

    #[test]
    fn a_directory_that_is_not_there_is_told() {
        let refused = SoleUse::take(Path::new("/nowhere"), "watch").unwrap_err();
        assert!(matches!(refused, NotSole::File(_)) && refused.to_string().contains("/nowhere"), "{refused}");
    }
}
