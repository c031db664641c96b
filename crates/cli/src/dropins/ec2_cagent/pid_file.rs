//! The file with the process id, locked as long as the agent runs.

use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use bellwether_host::files::{open_private, private_dir};
use bellwether_host::lock::FileLock;

/// The usual file.
const NAME: &str = "ec2-cagent.pid";
/// Where it is, for who may write there.
const RUN: &str = "/run";

/// The agent's own file, locked. It stays when the agent ends, as that of the old one: only its lock tells that an agent
/// runs, and who removes a locked file takes the lock from under those who have opened it.
#[derive(Debug)]
pub(super) struct PidFile {
    _lock: FileLock,
}

impl PidFile {
    /// Writes the file, for this process: the one that is named, else the usual one, for others than root in the state
    /// directory.
    ///
    /// # Errors
    /// When another agent runs with this file, or it cannot be written.
    pub(super) fn write(named: Option<&Path>, state: &Path, is_root: bool) -> Result<Self, String> {
        let path = match named {
            Some(path) => path.to_owned(),
            None if is_root => Path::new(RUN).join(NAME),
            None => {
                private_dir(state).map_err(|error| error.to_string())?;
                state.join(NAME)
            }
        };
        let file = open_private(&path, true).map_err(|error| error.to_string())?;
        let failed = |error: io::Error| format!("cannot write {}: {error}", path.display());
        let lock = FileLock::try_take(file).map_err(failed)?.ok_or_else(|| {
            format!("another ec2-cagent runs already: it has locked {}; stop it first, or use -p", path.display())
        })?;
        let mut file = lock.file();
        let written = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)));
        written.and_then(|_| writeln!(file, "{}", std::process::id())).map_err(failed)?;
        Ok(Self { _lock: lock })
    }
}
