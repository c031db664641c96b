//! Changes to the file of the callers that an agent believes. Comments and order stay as they are.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_core::fleet::keys::PublicKey;
use bellwether_core::fleet::problems::Problems;
use bellwether_core::fleet::trust::{CallerName, Trust};
use bellwether_host::published::{self, NotText, PublishError};
use jiff::Timestamp;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::failure::Failure;

/// Where the file is, unless the configuration says otherwise.
pub(super) const DEFAULT: &str = "/etc/bellwether/callers.toml";

const CALLER: &str = "caller";
/// How long another program that changes the file is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// The file. It holds public keys, so everybody may read it.
pub(super) struct CallersFile {
    path: PathBuf,
}

/// Why the file was left as it is.
enum Wrong {
    NotText,
    Content(Problems),
    NoSuchKey,
}

impl CallersFile {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Who is believed; nobody, when there is no file.
    ///
    /// # Errors
    /// When it cannot be read, or something is wrong in it.
    pub(super) fn read(&self) -> Result<Trust, Failure> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(self.unusable(&format!("cannot read {}: {error}", self.path.display()))),
        };
        Trust::parse(&text).map_err(|problems| Failure::usage(format!("{}: {problems}", self.path.display())))
    }

    /// Adds a key.
    ///
    /// # Errors
    /// When the key is there already, or the file cannot be changed.
    pub(super) fn add(&self, name: &CallerName, key: &PublicKey, until: Option<Timestamp>) -> Result<(), Failure> {
        self.change(|document| {
            let mut row = Table::new();
            row["name"] = value(name.as_str());
            row["key"] = value(key.to_string());
            if let Some(until) = until {
                row["until"] = value(until.to_string());
            }
            let rows = document.entry(CALLER).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
            if let Some(rows) = rows.as_array_of_tables_mut() {
                rows.push(row);
            }
            Ok(())
        })
    }

    /// Removes a caller's keys, or one of them; answers how many there were.
    ///
    /// # Errors
    /// When there is none, or the file cannot be changed.
    pub(super) fn remove(&self, name: &CallerName, key: Option<&PublicKey>) -> Result<usize, Failure> {
        let key = key.map(ToString::to_string);
        let mut removed = 0;
        self.change(|document| {
            if let Some(rows) = document.get_mut(CALLER).and_then(Item::as_array_of_tables_mut) {
                let before = rows.len();
                rows.retain(|row| {
                    let says = |field: &str, wanted: &str| row.get(field).and_then(Item::as_str) == Some(wanted);
                    !(says("name", name.as_str()) && key.as_deref().is_none_or(|key| says("key", key)))
                });
                removed = before - rows.len();
            }
            if removed == 0 { Err(Wrong::NoSuchKey) } else { Ok(()) }
        })?;
        Ok(removed)
    }

    /// Changes the file as a whole, or not at all; others who do so wait. When it returns, the change is on the disk: a
    /// key that was revoked does not come back with the power.
    fn change(&self, change: impl FnOnce(&mut DocumentMut) -> Result<(), Wrong>) -> Result<(), Failure> {
        let dir = self.path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let unusable = |error: io::Error| self.unusable(&format!("cannot write {}: {error}", self.path.display()));
        std::fs::create_dir_all(dir).map_err(unusable)?;
        published::change(&self.path, LOCK_PATIENCE, |text| changed(text, change))
            .map_err(|error| self.unchanged(&error))?;
        [self.path.as_path(), dir].into_iter().try_for_each(|path| File::open(path)?.sync_all()).map_err(unusable)
    }

    fn unchanged(&self, error: &PublishError<Wrong>) -> Failure {
        match error {
            PublishError::Refused { .. } => {
                Failure::usage(error.to_string()).remedy("'bellwether keys list' shows who is believed")
            }
            _ => self.unusable(&error.to_string()),
        }
    }

    fn unusable(&self, why: &str) -> Failure {
        Failure::unavailable(why)
            .remedy(format!("run it as the user whose file {} is, mostly with sudo", self.path.display()))
    }
}

/// The file's text after a change.
fn changed(text: &str, change: impl FnOnce(&mut DocumentMut) -> Result<(), Wrong>) -> Result<String, Wrong> {
    Trust::parse(text).map_err(Wrong::Content)?;
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| Wrong::Content(error.to_string().into()))?;
    change(&mut document)?;
    let text = document.to_string();
    // A key that is there twice is found here, before anything is written.
    Trust::parse(&text).map_err(Wrong::Content)?;
    Ok(text)
}

impl From<NotText> for Wrong {
    fn from(_: NotText) -> Self {
        Self::NotText
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => f.write_str("it is not UTF-8 text"),
            Self::Content(problems) => problems.fmt(f),
            Self::NoSuchKey => f.write_str("it holds no such key"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_core::fleet::keys::SigningKey;

    fn key(seed: u8) -> PublicKey {
        SigningKey::from_seed([seed; 32]).unwrap().public()
    }

    #[test]
    fn keys_come_and_go_and_all_else_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("callers.toml");
        let comment = format!("# who may command\n[[caller]]\nname = \"dev\" # the developers\nkey = \"{}\"\n", key(9));
        std::fs::write(&path, &comment).unwrap();
        let file = CallersFile::at(path.clone());
        let ops: CallerName = "ops".parse().unwrap();
        file.add(&ops, &key(1), None).unwrap();
        file.add(&ops, &key(2), Some(Timestamp::MAX)).unwrap();
        assert_eq!(file.read().unwrap().len(), 3);
        assert!(file.add(&ops, &key(1), None).unwrap_err().message.contains("twice"));
        assert_eq!(file.remove(&ops, Some(&key(1))).unwrap(), 1);
        assert!(file.remove(&ops, Some(&key(1))).is_err());
        assert_eq!(file.remove(&ops, None).unwrap(), 1);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), comment);
    }
}
