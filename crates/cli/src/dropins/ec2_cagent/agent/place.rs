//! The agent's own directory: its history, and the scripts that run.

use std::fs;
use std::path::{Path, PathBuf};

use bellwether_core::environment::Environment;
use bellwether_host::files::{open_private, private_dir};
use bellwether_host::lock::FileLock;
use bellwether_host::{clock, paths};
use jiff::{SignedDuration, Timestamp};

/// Its name in the state directory.
const NAME: &str = "ec2-cagent";
/// Scripts that a crash has left are removed when they are older: no command runs for longer.
const STALE: SignedDuration = SignedDuration::from_hours(48);

/// The directory, which is this agent's alone as long as it runs.
#[derive(Debug)]
pub(super) struct Place {
    directory: PathBuf,
    scripts: PathBuf,
    _lock: FileLock,
}

/// The directory of an agent in this environment.
///
/// # Errors
/// When there is no place for state.
pub(in super::super) fn directory(environment: &Environment) -> Result<PathBuf, String> {
    let state = paths::state_dir(environment, paths::is_root());
    state.map(|state| state.join(NAME)).ok_or_else(|| "there is no place for the history: HOME is not set".to_owned())
}

impl Place {
    /// Makes sure of the directory.
    ///
    /// # Errors
    /// When another agent uses it, or it cannot be had or trusted.
    pub(super) fn take(environment: &Environment) -> Result<Self, String> {
        let directory = directory(environment)?;
        let scripts = directory.join("scripts");
        for path in [&directory, &scripts] {
            private_dir(path).map_err(|error| error.to_string())?;
        }
        let path = directory.join("lock");
        let file = open_private(&path, true).map_err(|error| error.to_string())?;
        let lock = FileLock::try_take(file).map_err(|error| format!("cannot lock {}: {error}", path.display()))?;
        let lock = lock.ok_or_else(|| {
            format!("another ec2-cagent runs already: it has locked {}; stop it first", path.display())
        })?;
        remove_stale(&scripts);
        Ok(Self { directory, scripts, _lock: lock })
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn scripts(&self) -> &Path {
        &self.scripts
    }
}

/// What cannot be removed now is removed at another start.
fn remove_stale(scripts: &Path) {
    let now = clock::now().wall;
    let Ok(entries) = fs::read_dir(scripts) else { return };
    for entry in entries.flatten() {
        let modified = entry.metadata().and_then(|found| found.modified()).ok().map(Timestamp::try_from);
        if matches!(modified, Some(Ok(modified)) if now.duration_since(modified) > STALE) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
