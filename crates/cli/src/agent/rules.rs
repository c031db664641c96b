//! Whom the agent believes, and what it does for them: two files that nobody but root and the agent's user may write.

use std::io;
use std::path::Path;

use bellwether_core::fleet::policy::Policy;
use bellwether_core::fleet::problems::Problems;
use bellwether_core::fleet::trust::Trust;
use bellwether_host::files::read_bounded;
use bellwether_host::hooks::suspicion;

use super::plan::RuleFiles;
use crate::failure::Failure;

/// The largest file that is read, in bytes.
const LARGEST: usize = 4 << 20;

/// What the files say.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    pub(super) trust: Trust,
    pub(super) policy: Policy,
    /// What a person who set this up should know.
    pub(super) hints: Vec<String>,
}

impl Rules {
    /// Reads both files. One that is not there allows nothing.
    ///
    /// # Errors
    /// When one is there and cannot be used; with everything that is wrong in it.
    pub(super) fn load(files: &RuleFiles) -> Result<Self, Failure> {
        let mut hints = Vec::new();
        let trust = read(&files.callers, Trust::parse)?.unwrap_or_default();
        if trust.is_empty() {
            let path = files.callers.display();
            hints.push(format!("nobody is trusted: {path} names no caller; add one with 'bellwether keys trust'"));
        }
        let policy = read(&files.policy, Policy::parse)?.unwrap_or_default();
        if policy.is_empty() {
            let path = files.policy.display();
            hints.push(format!("no command is allowed: {path} has no rule; only ping and facts are answered"));
        }
        Ok(Self { trust, policy, hints })
    }
}

/// Reads one file; none when it is not there.
pub(super) fn read<T>(path: &Path, parse: fn(&str) -> Result<T, Problems>) -> Result<Option<T>, Failure> {
    let bytes = match read_bounded(path, LARGEST) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::unavailable(error.to_string())),
    };
    // A bare name has no directory that could be looked at.
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Some(suspicion) = suspicion(&absolute) {
        return Err(Failure::unavailable(format!("{} is not used: {suspicion}", path.display()))
            .remedy("whoever can write it can run commands as the agent"));
    }
    let text = String::from_utf8(bytes).map_err(|_| Problems(vec!["it is not UTF-8".to_owned()]));
    let parsed = text.and_then(|text: String| parse(&text));
    parsed.map(Some).map_err(|problems| Failure::usage(format!("{}: {problems}", path.display())))
}
