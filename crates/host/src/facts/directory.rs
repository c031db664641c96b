//! A directory of programs that print facts.

use std::path::Path;
use std::time::Duration;

use super::found::Found;
use super::program::Program;
use crate::hooks::scripts::{self, Script};

/// Runs its programs one after the other, in the order of their names' bytes. The directory may be on a file system that
/// hangs, so it is read on a thread of its own.
pub(super) async fn facts(dir: &Path, timeout: Duration) -> Found {
    let owned = dir.to_owned();
    let reading = tokio::task::spawn_blocking(move || scripts::find(&owned, true));
    let scripts = reading.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    let mut found = Found::default();
    match scripts {
        Ok(scripts) => {
            for script in scripts {
                found.merge(facts_of(script, timeout).await);
            }
        }
        Err(error) => found.problems.push(error.to_string()),
    }
    found
}

async fn facts_of(script: Script, timeout: Duration) -> Found {
    match script {
        Script::Runnable(path) => Program::file(&path).facts(timeout).await,
        Script::Suspect(path, why) => Found::nothing(format!("{} was not run: {why}", path.display())),
    }
}
