//! Stores, by the text that names them.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use bellwether_core::roster::GroupRef;
use bellwether_core::store::ClaimStore;
use bellwether_engines::sqlite::{SqliteOptions, SqliteStore, default_path};
use bellwether_host::files::private_dir;
use bellwether_host::paths;

use super::context::Context;
use crate::failure::Failure;

/// Where claims and history live, as `--store` takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoreRef {
    /// A file on this host.
    Sqlite(PathBuf),
    /// Nowhere: best effort by health alone.
    None,
}

impl FromStr for StoreRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            _ if text == "none" => Ok(Self::None),
            Some(("sqlite", "")) => Err("'sqlite:' names no file; write sqlite:PATH".to_owned()),
            Some(("sqlite", path)) => Ok(Self::Sqlite(PathBuf::from(path))),
            _ => Err(format!("'{text}' is not a store; use sqlite:PATH or none")),
        }
    }
}

/// An open store and what this host can tell of the runs in it.
#[derive(Clone)]
pub(crate) struct OpenStore {
    pub(crate) claims: Arc<dyn ClaimStore>,
    /// Where runs on this host hold their locks, when every run in the store is on this host.
    pub(crate) locks: Option<PathBuf>,
    /// What to call it in messages.
    pub(crate) name: String,
}

impl Context {
    /// The store named by flag or configuration, else the embedded one.
    ///
    /// # Errors
    /// When no directory for it can be told.
    pub(crate) fn store(&self, flag: Option<&StoreRef>) -> Result<StoreRef, Failure> {
        if let Some(store) = flag.or(self.settings.store.as_ref()) {
            return Ok(store.clone());
        }
        let directory = paths::state_dir(&self.environment, paths::is_root()).ok_or_else(|| {
            Failure::usage("there is no place for the store: neither XDG_STATE_HOME nor HOME is set")
                .remedy("name one with --store sqlite:PATH")
        })?;
        Ok(StoreRef::Sqlite(default_path(&directory)))
    }
}

/// A store that only this host sees cannot coordinate others.
///
/// # Errors
/// When the group has members on other hosts.
pub(crate) fn check_reach(store: &StoreRef, group: &GroupRef) -> Result<(), Failure> {
    match store {
        StoreRef::Sqlite(path) if !group.is_local() => Err(Failure::usage(format!(
            "the store sqlite:{} is seen by this host alone, but the group {group} has other hosts: each would run the job",
            path.display()
        ))
        .remedy("name a store that all of them share, or --store none for best effort by health alone, or --group local")),
        _ => Ok(()),
    }
}

/// Opens a store that keeps claims.
///
/// # Errors
/// When it cannot be opened.
pub(crate) async fn open(path: &Path) -> Result<OpenStore, Failure> {
    let name = format!("sqlite:{}", path.display());
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.exists()) {
        private_dir(parent).map_err(|error| {
            Failure::unavailable(format!("store {name}: {error}"))
                .remedy("name a place you may write to with --store sqlite:PATH")
        })?;
    }
    let claims = SqliteStore::open(path, SqliteOptions::default()).await?;
    let mut locks = path.as_os_str().to_owned();
    locks.push(".runs");
    Ok(OpenStore { claims: Arc::new(claims), locks: Some(PathBuf::from(locks)), name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_told_apart() {
        assert_eq!("sqlite:/a:b".parse(), Ok(StoreRef::Sqlite("/a:b".into())));
        assert_eq!("none".parse(), Ok(StoreRef::None));
        assert!("sqlite:".parse::<StoreRef>().is_err());
        assert!("redis://x".parse::<StoreRef>().unwrap_err().contains("sqlite:PATH"));
    }

    #[test]
    fn a_store_of_one_host_does_not_serve_a_fleet() {
        let store = StoreRef::Sqlite("/x".into());
        assert!(check_reach(&store, &GroupRef::Local).is_ok());
        assert!(check_reach(&store, &"elb:web".parse().unwrap()).is_err());
        assert!(check_reach(&StoreRef::None, &"elb:web".parse().unwrap()).is_ok());
    }
}
