//! The calls whose results are kept, as this caller remembers them: one line each, the newest last.

use std::io;
use std::path::{Path, PathBuf};

use bellwether_core::fleet::id::RequestId;
use bellwether_core::names::NodeId;
use bellwether_host::files::{FileError, private_dir, read_bounded};
use bellwether_host::lock::FileLock;
use bellwether_host::{clock, durable, paths};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::wiring::context::Context;

/// The most calls that are remembered.
const MOST: usize = 200;
/// The longest file.
const LONGEST: usize = 64 * 1024 * 1024;

/// A call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RememberedCall {
    pub(crate) id: RequestId,
    pub(crate) at: Timestamp,
    /// What was run, in one line.
    pub(crate) command: String,
    /// Who was asked.
    pub(crate) nodes: Vec<NodeId>,
}

/// The file.
pub(crate) struct Calls {
    path: PathBuf,
}

impl Calls {
    /// # Errors
    /// When this user has no state directory.
    pub(crate) fn in_state_dir(context: &Context) -> Result<Self, Failure> {
        let dir = paths::state_dir(&context.environment, paths::is_root()).ok_or_else(|| {
            Failure::usage("calls cannot be remembered: this user has no home directory").remedy("set XDG_STATE_HOME")
        })?;
        Ok(Self { path: dir.join("calls.jsonl") })
    }

    /// Remembers a call, before it is made.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn add(&self, id: RequestId, command: &str, nodes: &[NodeId]) -> Result<(), Failure> {
        private_dir(self.path.parent().unwrap_or(Path::new("."))).map_err(|error| unusable(&error))?;
        let _lock = FileLock::take_at(&self.path.with_added_extension("lock")).map_err(|error| unusable(&error))?;
        let mut calls = self.all()?;
        calls.push(RememberedCall { id, at: clock::now().wall, command: command.to_owned(), nodes: nodes.to_vec() });
        let kept = calls.len().saturating_sub(MOST);
        let lines: Result<Vec<String>, _> = calls[kept..].iter().map(serde_json::to_string).collect();
        let text = lines.map_err(|error| Failure::unavailable(error.to_string()))?.join("\n") + "\n";
        durable::replace(&self.path, text.as_bytes()).map_err(|error| unusable(&error))
    }

    /// All that are remembered. A line that cannot be read is left out: it is a convenience, and no record.
    ///
    /// # Errors
    /// When the file cannot be trusted or read.
    pub(crate) fn all(&self) -> Result<Vec<RememberedCall>, Failure> {
        match read_bounded(&self.path, LONGEST) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(unusable(&error)),
        }
    }
}

fn unusable(error: &FileError) -> Failure {
    Failure::unavailable(error.to_string())
        .remedy("the file must be yours, with mode 0600, in a directory that is yours")
}
