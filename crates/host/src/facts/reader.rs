//! Reads all sources, again and again, and the files alone in between.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::files::FactFiles;
use super::program::Program;
use super::sources::FactSources;
use super::told::{Reading, Told};
use super::{builtin, directory};

/// Reads facts again and again.
#[derive(Debug)]
pub struct FactReader {
    sources: FactSources,
    told: Arc<Mutex<Told>>,
    /// Held by the thread that looks at them, also when nobody waits for it any more: so no second one gets stuck.
    files: Arc<tokio::sync::Mutex<FactFiles>>,
}

impl FactReader {
    /// Nothing is read yet.
    pub fn new(sources: FactSources) -> Self {
        let keeps = sources.keeps_last_word;
        let files = FactFiles::new(&sources.files, keeps);
        Self { told: Arc::new(Mutex::new(Told::new(keeps))), files: Arc::new(tokio::sync::Mutex::new(files)), sources }
    }

    /// Runs the programs, one after the other, and reads the files that have changed. Sources that are missing or broken
    /// are left out, or keep their last word; the rest counts. In order: what the system says, facter, the directory's
    /// programs by name, the files as they are listed; a later one wins.
    ///
    /// Takes as long as the programs do, each at most its timeout and a few seconds. A file on a file system that hangs
    /// holds it up, but not the thread. Dropping the future leaves a program that runs alone. Must be called within a
    /// runtime.
    pub async fn refresh(&self) -> Reading {
        if self.sources.builtin {
            self.told().take_system(builtin::facts());
        }
        if let Some(facter) = &self.sources.facter {
            let found = Program::facter(facter).facts(self.sources.timeout).await;
            self.told().take_facter(found);
        }
        if let Some(dir) = &self.sources.directory {
            let (listing, marks) = directory::list(dir).await;
            let told = listing.facts(self.sources.timeout).await;
            let mut all = self.told();
            all.take_programs(told);
            all.take_marks(marks);
        }
        self.look_at_files().await;
        self.told().reading()
    }

    /// Reads the files that have changed, and runs nothing: what programs told last still counts. None when the files say
    /// what they said, and before the first [`FactReader::refresh`]. A file that has changed is read when it has rested
    /// for a moment. May be called while [`FactReader::refresh`] is under way: they take turns.
    ///
    /// A file system that hangs holds it up, but not the thread; whoever cannot wait may drop the future, and what was
    /// read then is told the next time. Must be called within a runtime.
    pub async fn look(&self) -> Option<Reading> {
        self.look_at_files().await;
        self.told().news()
    }

    /// Whether the programs of the directory are others than when they were last run, and are so for the second time in
    /// a row.
    pub async fn programs_have_changed(&self) -> bool {
        let Some(dir) = &self.sources.directory else { return false };
        let (_, marks) = directory::list(dir).await;
        self.told().differ(marks)
    }

    async fn look_at_files(&self) {
        if self.sources.files.is_empty() {
            return;
        }
        let (files, told) = (Arc::clone(&self.files), Arc::clone(&self.told));
        // A task of its own: were a turn handed to a future that nobody drives, it would never be over.
        let looking = tokio::spawn(async move {
            let mut files = files.lock_owned().await;
            let looking = tokio::task::spawn_blocking(move || {
                if files.look() {
                    locked(&told).take_files(files.sources());
                }
            });
            looking.await
        });
        if let Err(failed) = looking.await.flatten() {
            std::panic::resume_unwind(failed.into_panic());
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        locked(&self.told)
    }
}

fn locked(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}
