//! The calls whose results are kept, as this caller remembers them: one line each, the newest last.

use std::path::PathBuf;

use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::request::EnvironmentName;
use bellwether_core::names::NodeId;
use bellwether_host::{clock, paths};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::private_file;
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
    /// Where; unknown of calls that older releases made.
    #[serde(default)]
    pub(crate) environment: Option<EnvironmentName>,
    /// Whom it is for.
    pub(crate) nodes: Vec<NodeId>,
    /// Who was asked, or was about to be. Older releases kept only whom it is for.
    #[serde(default)]
    pub(crate) asked: Option<Vec<NodeId>>,
}

impl RememberedCall {
    /// A call of which nobody was asked yet.
    pub(crate) fn new(id: RequestId, environment: &EnvironmentName, command: String, nodes: &[NodeId]) -> Self {
        let (environment, nodes) = (Some(environment.clone()), nodes.to_vec());
        Self { id, at: clock::now().wall, command, environment, nodes, asked: Some(Vec::new()) }
    }

    /// Who was asked.
    pub(crate) fn asked(&self) -> &[NodeId] {
        self.asked.as_deref().unwrap_or(&self.nodes)
    }
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

    /// Remembers a call, in place of what was remembered of it before.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn remember(&self, call: &RememberedCall) -> Result<(), Failure> {
        private_file::change(&self.path, || {
            let mut calls = self.all()?;
            calls.retain(|other| other.id != call.id);
            calls.push(call.clone());
            let lines: Result<Vec<String>, _> = calls.iter().map(serde_json::to_string).collect();
            let lines = lines.map_err(|error| Failure::unavailable(error.to_string()))?;
            Ok((newest(&lines, MOST, LONGEST), ()))
        })
    }

    /// All that are remembered. A line that cannot be read is left out: it is a convenience, and no record.
    ///
    /// # Errors
    /// When the file cannot be trusted or read.
    pub(crate) fn all(&self) -> Result<Vec<RememberedCall>, Failure> {
        let bytes = private_file::read(&self.path, LONGEST)?.unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }
}

/// The last lines, as many as are kept and fit: a file that is too long could not be read again.
fn newest(lines: &[String], most: usize, longest: usize) -> String {
    let mut room = longest;
    let fitting = lines.iter().rev().take(most).take_while(|line| {
        let fits = line.len() < room;
        room = room.saturating_sub(line.len() + 1);
        fits
    });
    let first = lines.len() - fitting.count();
    lines[first..].iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_as_far_as_they_fit() {
        let lines = ["aa", "b", "cc"].map(str::to_owned);
        let kept = |most, longest| newest(&lines, most, longest);
        assert_eq!([kept(9, 9), kept(2, 9)], ["aa\nb\ncc\n", "b\ncc\n"]);
        assert_eq!([kept(9, 8), kept(9, 7), kept(9, 4), kept(9, 2)], ["aa\nb\ncc\n", "b\ncc\n", "cc\n", ""]);
    }

    #[test]
    fn what_an_older_release_remembered_was_all_asked() {
        let line =
            r#"{"id":"019c7d4e-5f00-7a3b-8c4d-0123456789ab","at":"2026-01-01T00:00:00Z","command":"x","nodes":["a"]}"#;
        let call: RememberedCall = serde_json::from_str(line).unwrap();
        assert_eq!((call.asked(), &call.environment), (call.nodes.as_slice(), &None));
    }
}
