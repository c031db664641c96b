//! The last state, kept across restarts, so that a change in between is seen.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bellwether_core::environment::Environment;
use bellwether_host::files::{open_private, private_dir};
use bellwether_host::lock::FileLock;
use bellwether_host::paths;

use super::seen::Seen;
use crate::dropins::cs_instance_watcher::log::Log;

/// The file in the state directory.
const NAME: &str = "cs-instance-watcher.json";
/// The most that is read, in bytes; a whole file has far less.
const LARGEST: u64 = 4_096;

/// The last state, and where it is kept.
pub(super) struct Memory {
    /// None: there is no place for it.
    place: Option<(PathBuf, FileLock)>,
    seen: Seen,
    log: Arc<Log>,
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
                    path.display()
                ));
            }
            Ok((path, Some(lock))) => {
                let seen = read(&lock).unwrap_or_else(|error| {
                    log.warning(&format!("{} is not what it should be, and is begun anew: {error}", path.display()));
                    Seen::default()
                });
                (Some((path, lock)), seen)
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
        if let Some((path, lock)) = &self.place
            && let Err(error) = write(lock, &seen)
        {
            self.log.warning(&format!("the state could not be written to {}: {error}", path.display()));
        }
        self.seen = seen;
    }
}

fn open(directory: &Path) -> Result<(PathBuf, Option<FileLock>), String> {
    private_dir(directory).map_err(|error| error.to_string())?;
    let path = directory.join(NAME);
    let file = open_private(&path, true).map_err(|error| error.to_string())?;
    let lock = FileLock::try_take(file).map_err(|error| format!("cannot lock {}: {error}", path.display()))?;
    Ok((path, lock))
}

/// A file that is new says nothing.
fn read(lock: &FileLock) -> Result<Seen, String> {
    let mut text = String::new();
    lock.file().take(LARGEST).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.trim().is_empty() {
        return Ok(Seen::default());
    }
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn write(lock: &FileLock, seen: &Seen) -> std::io::Result<()> {
    let text = format!("{}\n", serde_json::to_string(seen)?);
    let mut file = lock.file();
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)?;
    file.sync_data()
}
