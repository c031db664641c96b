//! Stores, by the text that names them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use bellwether_core::roster::GroupRef;
use bellwether_core::store::ClaimStore;
use bellwether_engines::nats::{NatsOptions, NatsStore};
use bellwether_engines::postgres::{PostgresOptions, PostgresStore};
use bellwether_engines::sqlite::{SqliteOptions, SqliteStore, default_path};
use bellwether_host::files::private_dir;
use bellwether_host::paths;

use super::context::Context;
use crate::args::AwsArgs;
use crate::failure::Failure;

/// What `--store` takes, for messages.
const KINDS: &str = "sqlite:PATH, dynamodb:TABLE, postgres://USER@HOST/DATABASE, nats://HOST:PORT/BUCKET or none";

/// Where claims and history live, as `--store` takes it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum StoreRef {
    /// A file on this host.
    Sqlite(PathBuf),
    /// A DynamoDB table.
    DynamoDb(String),
    /// A PostgreSQL database, by its URL.
    Postgres(String),
    /// A NATS key-value bucket, by its URL.
    Nats(String),
    /// Nowhere: best effort by health alone.
    None,
}

impl FromStr for StoreRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = |kind: &str| match text.split_once(':') {
            Some((_, "")) => Err(format!("'{text}' names nothing; write {kind}")),
            Some((_, rest)) => Ok(rest.to_owned()),
            None => Err(format!("'{text}' is not a store; use {KINDS}")),
        };
        match text.split_once(':').map_or(text, |(kind, _)| kind) {
            "none" if text == "none" => Ok(Self::None),
            "sqlite" => rest("sqlite:PATH").map(|path| Self::Sqlite(path.into())),
            "dynamodb" => rest("dynamodb:TABLE").map(Self::DynamoDb),
            "postgres" | "postgresql" if text.contains("://") => Ok(Self::Postgres(text.to_owned())),
            "nats" | "tls" if text.contains("://") => Ok(Self::Nats(text.to_owned())),
            _ => Err(format!("'{}' is not a store; use {KINDS}", without_password(text))),
        }
    }
}

impl fmt::Display for StoreRef {
    /// As it was named, without a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::DynamoDb(table) => write!(f, "dynamodb:{table}"),
            Self::Postgres(url) | Self::Nats(url) => f.write_str(&without_password(url)),
            Self::None => f.write_str("none"),
        }
    }
}

impl fmt::Debug for StoreRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A URL without what stands before its host and after its path: names, passwords, tokens, options.
pub(super) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let rest = rest.split('?').next().unwrap_or_default();
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    path.map_or_else(|| format!("{scheme}://{hosts}"), |path| format!("{scheme}://{hosts}/{path}"))
}

impl StoreRef {
    /// Whether it is a file that is not there yet, so that there is nothing to read in it.
    pub(crate) fn is_yet_to_be_made(&self) -> bool {
        matches!(self, Self::Sqlite(path) if !path.exists())
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
    /// What about its set-up endangers a confirmed claim.
    pub(crate) doubts: Vec<String>,
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

    /// Opens a store that keeps claims.
    ///
    /// # Errors
    /// When it cannot be opened, or is none.
    pub(crate) async fn open(&self, store: &StoreRef, aws: &AwsArgs) -> Result<OpenStore, Failure> {
        let name = store.to_string();
        let mut doubts = Vec::new();
        let claims: Arc<dyn ClaimStore> = match store {
            StoreRef::None => return Err(Failure::usage("'none' keeps nothing; name a store with --store")),
            StoreRef::Sqlite(path) => return open_sqlite(path, name).await,
            StoreRef::DynamoDb(table) => Arc::new(self.aws(aws).claim_store(table).await?),
            StoreRef::Postgres(url) => Arc::new(PostgresStore::connect(url, PostgresOptions::default()).await?),
            StoreRef::Nats(url) => {
                let store = NatsStore::connect(url, NatsOptions::default()).await?;
                doubts = store.warnings();
                Arc::new(store)
            }
        };
        Ok(OpenStore { claims, locks: None, name, doubts })
    }
}

async fn open_sqlite(path: &Path, name: String) -> Result<OpenStore, Failure> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.exists()) {
        private_dir(parent).map_err(|error| {
            Failure::unavailable(format!("store {name}: {error}"))
                .remedy("name a place you may write to with --store sqlite:PATH")
        })?;
    }
    let claims = SqliteStore::open(path, SqliteOptions::default()).await?;
    let mut locks = path.as_os_str().to_owned();
    locks.push(".runs");
    Ok(OpenStore { claims: Arc::new(claims), locks: Some(PathBuf::from(locks)), name, doubts: Vec::new() })
}

/// A store that only this host sees cannot coordinate others.
///
/// # Errors
/// When the group has members on other hosts.
pub(crate) fn check_reach(store: &StoreRef, group: &GroupRef) -> Result<(), Failure> {
    match store {
        StoreRef::Sqlite(_) if !group.is_local() => Err(Failure::usage(format!(
            "the store {store} is seen by this host alone, but the group {group} has other hosts: each would run the job",
        ))
        .remedy(
            "name a store that all of them share (dynamodb:, postgres:, nats:), or --store none for best effort by \
             health alone, or --group local",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_told_apart() {
        assert_eq!("sqlite:/a:b".parse(), Ok(StoreRef::Sqlite("/a:b".into())));
        assert_eq!("none".parse(), Ok(StoreRef::None));
        assert_eq!("dynamodb:claims".parse(), Ok(StoreRef::DynamoDb("claims".into())));
        let url = "postgresql://u@h/db";
        assert_eq!(url.parse(), Ok(StoreRef::Postgres(url.into())));
        assert_eq!("nats://h:4222/b".parse(), Ok(StoreRef::Nats("nats://h:4222/b".into())));
        for text in ["sqlite:", "dynamodb:", "nats:h", "postgres:x", "none:x", "redis://x", ""] {
            assert!(text.parse::<StoreRef>().is_err(), "{text}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        for (url, shown) in [
            ("postgres://me:secret@db.example.com:5432/jobs?options=x", "postgres://db.example.com:5432/jobs"),
            ("nats://token@a:4222,b:4222/claims", "nats://a:4222,b:4222/claims"),
            ("nats://h:4222", "nats://h:4222"),
            ("postgres://me:p@ss@h/db", "postgres://h/db"),
        ] {
            let store: StoreRef = url.parse().unwrap();
            assert_eq!((store.to_string(), format!("{store:?}")), (shown.to_owned(), shown.to_owned()));
        }
        assert!(!"redis://me:secret@h".parse::<StoreRef>().unwrap_err().contains("secret"));
    }

    #[test]
    fn a_store_of_one_host_does_not_serve_a_fleet() {
        let store = StoreRef::Sqlite("/x".into());
        assert!(check_reach(&store, &GroupRef::Local).is_ok());
        assert!(check_reach(&store, &"elb:web".parse().unwrap()).is_err());
        assert!(check_reach(&StoreRef::None, &"elb:web".parse().unwrap()).is_ok());
        assert!(check_reach(&StoreRef::DynamoDb("t".into()), &"elb:web".parse().unwrap()).is_ok());
    }
}
