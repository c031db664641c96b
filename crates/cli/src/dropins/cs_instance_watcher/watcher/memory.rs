//! The last state, kept across restarts, so that a change in between is seen.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bellwether_core::environment::Environment;
use bellwether_host::files::{private_dir, read_bounded};
use bellwether_host::lock::FileLock;
use bellwether_host::{durable, paths};

use super::seen::Seen;
use crate::dropins::cs_instance_watcher::log::Log;

/// The file in the state directory.
const NAME: &str = "cs-instance-watcher.json";
/// The most that is read, in bytes; a whole file has far less.
const LARGEST: usize = 4_096;

/// The last state, and where it is kept.
pub(super) struct Memory {
    /// None: there is no place for it.
    place: Option<Place>,
    seen: Seen,
    log: Arc<Log>,
}

/// The file, which no other watcher uses as long as this lives.
struct Place {
    path: PathBuf,
    _lock: FileLock,
}

impl Memory {
    /// Opens the file. Without a place for it, the watcher goes on and forgets.
    ///
    /// # Errors
    /// When another watcher uses it.
    pub(super) fn open(environment: &Environment, log: &Arc<Log>) -> Result<Self, String> {
        let directory = paths::state_dir(environment, paths::is_root());
        let opened = directory.map_or(Err("HOME is not set".to_owned()), |directory| open(&directory));
        let (place, seen) = match opened {
            Ok((path, None)) => {
                return Err(format!(
                    "another cs-instance-watcher runs already: it has locked {}; stop it first",
                    lock_of(&path).display()
                ));
            }
            Ok((path, Some(lock))) => {
                let seen = read(&path).unwrap_or_else(|error| {
                    log.warning(&format!("{} is not what it should be, and is begun anew: {error}", path.display()));
                    Seen::default()
                });
                (Some(Place { path, _lock: lock }), seen)
            }
            Err(why) => {
                log.warning(&format!("a change of the state during a restart will not be seen: {why}"));
                (None, Seen::default())
            }
        };
        Ok(Self { place, seen, log: Arc::clone(log) })
    }

    /// What was seen last.
    pub(super) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Keeps what was seen.
    pub(super) fn keep(&mut self, seen: Seen) {
        if let Some(Place { path, .. }) = &self.place
            && let Err(error) = write(path, &seen)
        {
            self.log.warning(&format!(
                "the state could not be written to {}: {error}; check the space and the permissions of the directory",
                path.display()
            ));
        }
        self.seen = seen;
    }
}

fn open(directory: &Path) -> Result<(PathBuf, Option<FileLock>), String> {
    private_dir(directory).map_err(|error| error.to_string())?;
    let path = directory.join(NAME);
    let lock = FileLock::try_take_at(&lock_of(&path)).map_err(|error| error.to_string())?;
    Ok((path, lock))
}

/// The lock has a file of its own: that of the state is another one after every change.
fn lock_of(path: &Path) -> PathBuf {
    path.with_added_extension("lock")
}

/// A file that is not there says nothing.
fn read(path: &Path) -> Result<Seen, String> {
    match read_bounded(path, LARGEST) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| error.to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Seen::default()),
        Err(error) => Err(error.to_string()),
    }
}

fn write(path: &Path, seen: &Seen) -> Result<(), String> {
    let text = serde_json::to_string(seen).map_err(|error| error.to_string())?;
    durable::replace(path, format!("{text}\n").as_bytes()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use bellwether_core::notice::Word;

    use super::*;

    fn seen(state: &str) -> Seen {
        Seen { instance: Some("i-0123456789abcdef0".to_owned()), done: Some(Word::new(state).unwrap()), begun: None }
    }

    #[test]
    fn who_reads_while_it_is_written_has_the_old_or_the_new_state_and_no_part_of_either() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(NAME);
        write(&path, &seen("a-state-with-a-long-name")).unwrap();
        // What a reader sees who opened it before is what a crash in the midst of the writing would leave.
        let mut before = std::fs::File::open(&path).unwrap();
        write(&path, &seen("short")).unwrap();
        let mut text = Vec::new();
        before.read_to_end(&mut text).unwrap();
        assert_eq!(serde_json::from_slice::<Seen>(&text).unwrap(), seen("a-state-with-a-long-name"));
        assert_eq!(read(&path).unwrap(), seen("short"));
    }

    #[test]
    fn a_place_is_used_by_one_and_what_is_missing_says_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let (path, lock) = open(directory.path()).unwrap();
        assert!(lock.is_some());
        assert_eq!(open(directory.path()).unwrap().1.map(|_| ()), None);
        assert_eq!(read(&path).unwrap(), Seen::default());
        std::fs::write(&path, "{\"done\": \"running\"").unwrap();
        assert!(read(&path).is_err());
    }
}
