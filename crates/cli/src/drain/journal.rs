//! Where the journals of drains are kept, and the lock of the one that works on a node.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bellwether_core::drain::journal::LONGEST_JOURNAL;
use bellwether_core::drain::{Journal, JournalError};
use bellwether_core::names::NodeId;
use bellwether_host::durable;
use bellwether_host::files::{FileError, open_private, private_dir, read_bounded};
use bellwether_host::lock::FileLock;
use bellwether_host::paths;

use crate::failure::Failure;
use crate::wiring::context::Context;

/// The journal of one node, which nobody else works on as long as this lives.
#[derive(Debug)]
pub(crate) struct JournalFile {
    path: PathBuf,
    _lock: FileLock,
}

impl Context {
    /// The directory of the journals.
    ///
    /// # Errors
    /// When none can be told.
    pub(crate) fn journals(&self) -> Result<PathBuf, Failure> {
        let state = paths::state_dir(&self.environment, paths::is_root()).ok_or_else(|| {
            Failure::usage("there is no place for the journal: neither XDG_STATE_HOME nor HOME is set")
                .remedy("set XDG_STATE_HOME to a directory that lasts")
        })?;
        Ok(state.join("drain"))
    }
}

impl JournalFile {
    /// Takes the journal of a node, be it there or not.
    ///
    /// # Errors
    /// When somebody else works on it, or the directory cannot be used.
    pub(crate) fn lock(directory: &Path, node: &NodeId) -> Result<Self, Failure> {
        let name = file_name(node)?;
        private_dir(directory).map_err(unusable)?;
        let lock = directory.join(format!("{name}.lock"));
        let file = open_private(&lock, true).map_err(unusable)?;
        let taken = FileLock::try_take(file).map_err(|error| {
            Failure::unavailable(format!("cannot lock {}: {error}", lock.display()))
                .remedy("keep the state directory on a local file system; XDG_STATE_HOME names another one")
        })?;
        match taken {
            Some(lock) => Ok(Self { path: directory.join(format!("{name}.json")), _lock: lock }),
            None => Err(Failure::unavailable(format!("another drain or undrain of {node} is under way"))
                .remedy("wait for its end; 'bellwether lb drain --status' shows how far it is")),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What is kept; none when there is nothing.
    ///
    /// # Errors
    /// When it cannot be read or is no journal.
    pub(crate) fn load(&self) -> Result<Option<Journal>, Failure> {
        load(&self.path)
    }

    /// Keeps a journal. Blocks until it is on the disk.
    ///
    /// # Errors
    /// Why it may not have been kept.
    pub(crate) fn save(&self, journal: &Journal) -> Result<(), String> {
        let text = journal.encode().map_err(|error| error.to_string())?;
        durable::replace(&self.path, text.as_bytes()).map_err(|error| error.to_string())
    }

    /// Removes it: it has done its work.
    ///
    /// # Errors
    /// When that is not possible.
    pub(crate) fn remove(self) -> Result<(), Failure> {
        durable::remove(&self.path).map_err(unusable)
    }
}

/// The journal of a node, without keeping others from working on it; none when there is none.
///
/// # Errors
/// When it cannot be read or is no journal.
pub(crate) fn peek(directory: &Path, node: &NodeId) -> Result<Option<Journal>, Failure> {
    load(&directory.join(format!("{}.json", file_name(node)?)))
}

/// All journals of a directory, in order of their nodes; for each that cannot be read or is none, why. Nobody is kept
/// from working on them.
///
/// # Errors
/// When the directory cannot be read.
pub(crate) fn all(directory: &Path) -> Result<Vec<Result<Journal, Failure>>, Failure> {
    let unreadable = |error: io::Error| {
        Failure::unavailable(format!("cannot read {}: {error}", directory.display()))
            .remedy("check the directory and its permissions")
    };
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(unreadable)?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths.iter().filter_map(|path| load(path).transpose()).collect())
}

fn load(path: &Path) -> Result<Option<Journal>, Failure> {
    let bytes = match read_bounded(path, LONGEST_JOURNAL) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        bytes => bytes.map_err(unusable)?,
    };
    let damaged =
        |error: &JournalError| Failure::unavailable(format!("{}: {error}", path.display())).remedy(error.remedy());
    Journal::decode(&String::from_utf8_lossy(&bytes)).map(Some).map_err(|error| damaged(&error))
}

/// A node's id comes from outside: it must not lead out of the directory.
fn file_name(node: &NodeId) -> Result<&str, Failure> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    let id = node.as_str();
    match id.bytes().all(plain) && !id.starts_with('.') {
        true => Ok(id),
        false => Err(Failure::usage(format!("'{id}' cannot name a journal"))
            .remedy("give an instance id such as i-0123456789abcdef0 with --node")),
    }
}

fn unusable(error: FileError) -> Failure {
    Failure::unavailable(format!("the journal of drains cannot be used: {error}"))
        .remedy("make the state directory yours alone, or name another one in XDG_STATE_HOME")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_has_one_journal_and_one_at_a_time_works_on_it() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("drain");
        let node = NodeId::new("i-1").unwrap();
        let file = JournalFile::lock(&place, &node).unwrap();
        assert!(JournalFile::lock(&place, &node).unwrap_err().message.contains("under way"));
        JournalFile::lock(&place, &NodeId::new("i-2").unwrap()).unwrap();
        assert_eq!(file.load().unwrap(), None);
        let journal = Journal::plan(node.clone(), "eu-west-1", Vec::new(), jiff::Timestamp::UNIX_EPOCH);
        file.save(&journal).unwrap();
        assert_eq!(file.load().unwrap().as_ref(), Some(&journal));
        assert_eq!(all(&place).unwrap().into_iter().map(Result::unwrap).collect::<Vec<_>>(), [journal]);
        file.remove().unwrap();
        assert!(all(&place).unwrap().is_empty());
        JournalFile::lock(&place, &node).unwrap();
    }

    #[test]
    fn a_node_does_not_lead_out_of_the_directory() {
        for id in ["../x", "/etc/x", "a/b", "..", ".hidden", "a b"] {
            assert_eq!(file_name(&NodeId::new(id).unwrap()).unwrap_err().status, crate::exit_status::USAGE, "{id}");
        }
        assert!(file_name(&NodeId::new("2001:db8::1").unwrap()).is_ok());
    }

    #[test]
    fn a_damaged_journal_is_told_and_kept_and_hides_no_other() {
        let directory = tempfile::tempdir().unwrap();
        let damaged = directory.path().join("i-1.json");
        fs::write(&damaged, "{\"format\":1,").unwrap();
        let node = NodeId::new("i-2").unwrap();
        let whole = Journal::plan(node.clone(), "eu-west-1", Vec::new(), jiff::Timestamp::UNIX_EPOCH);
        JournalFile::lock(directory.path(), &node).unwrap().save(&whole).unwrap();
        let mut found = all(directory.path()).unwrap().into_iter();
        let failure = found.next().unwrap().unwrap_err();
        assert!(failure.message.contains("i-1.json") && failure.message.contains("damaged"), "{failure:?}");
        assert_eq!((found.next().unwrap().unwrap(), found.count()), (whole, 0));
        assert!(damaged.exists());
    }
}
