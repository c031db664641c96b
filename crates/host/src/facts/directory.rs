//! A directory of programs that print facts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::found::Found;
use super::program::Program;
use super::stamp::Stamp;
use crate::hooks::scripts::{self, HookError, Script};

/// Which programs a directory has, in the order of their names' bytes.
pub(super) struct Listing(Result<Vec<Script>, HookError>);

/// What is different when a program was added, removed, replaced, or may be run now and could not before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marks(Result<Vec<Mark>, String>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    path: PathBuf,
    is_runnable: bool,
    stamp: Option<Stamp>,
}

/// Reads a directory. It may be on a file system that hangs, so that is done on a thread of its own.
pub(super) async fn list(dir: &Path) -> (Listing, Marks) {
    let dir = dir.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let listing = Listing(scripts::find(&dir, true));
        let marks = Marks::of(&listing);
        (listing, marks)
    });
    reading.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

impl Marks {
    fn of(listing: &Listing) -> Self {
        let mark = |script: &Script| {
            let (Script::Runnable(path) | Script::Suspect(path, _)) = script;
            let is_runnable = matches!(script, Script::Runnable(_));
            Mark { path: path.clone(), is_runnable, stamp: Stamp::of(path).ok() }
        };
        Self(match &listing.0 {
            Ok(scripts) => Ok(scripts.iter().map(mark).collect()),
            Err(error) => Err(error.to_string()),
        })
    }
}

impl Listing {
    /// Runs the programs one after the other; by its path, what each tells.
    ///
    /// # Errors
    /// When the directory cannot be read, or not be trusted, with what is wrong.
    pub(super) async fn facts(self, timeout: Duration) -> Result<Vec<(PathBuf, Found)>, Found> {
        let scripts = self.0.map_err(|error| Found::nothing(error.to_string()))?;
        let mut told = Vec::with_capacity(scripts.len());
        for script in scripts {
            told.push(facts_of(script, timeout).await);
        }
        Ok(told)
    }
}

async fn facts_of(script: Script, timeout: Duration) -> (PathBuf, Found) {
    match script {
        Script::Runnable(path) => {
            let found = Program::file(&path).facts(timeout).await;
            (path, found)
        }
        Script::Suspect(path, why) => {
            let found = Found::nothing(format!("{} was not run: {why}", path.display()));
            (path, found)
        }
    }
}
