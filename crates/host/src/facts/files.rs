//! The files of facts, all together.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::file::FactFile;
use super::source::Source;
use super::stamp::Stamp;

/// How long a file that has changed must stay as it is before it is read: most programs that write one empty it first,
/// and what is half written may well be readable, and say less.
const REST: Duration = Duration::from_millis(50);
/// How often that is waited for at most: a file that never rests is read as it is.
const MOST_RESTS: usize = 5;

/// Files of facts, in the order in which they count: a later one wins.
#[derive(Debug)]
pub(super) struct FactFiles {
    files: Vec<FactFile>,
    /// Whether one that cannot be read keeps its last word.
    keeps: bool,
}

impl FactFiles {
    pub(super) fn new(paths: &[PathBuf], keeps: bool) -> Self {
        Self { files: paths.iter().cloned().map(FactFile::new).collect(), keeps }
    }

    /// Reads those that have changed; whether any says something else than before. Blocks for a quarter of a second at most,
    /// unless a file system hangs.
    pub(super) fn look(&mut self) -> bool {
        self.let_rest();
        let keeps = self.keeps;
        self.files.iter_mut().fold(false, |is_news, file| file.look(keeps) | is_news)
    }

    /// What they said when they were last read.
    pub(super) fn sources(&self) -> Vec<Source> {
        self.files.iter().filter_map(FactFile::source).cloned().collect()
    }

    fn let_rest(&self) {
        let mut before = self.stamps();
        if !self.files.iter().zip(&before).any(|(file, stamp)| file.is_in_motion(stamp)) {
            return;
        }
        for _ in 0..MOST_RESTS {
            thread::sleep(REST);
            let now = self.stamps();
            if now == before {
                return;
            }
            before = now;
        }
    }

    fn stamps(&self) -> Vec<Result<Stamp, String>> {
        self.files.iter().map(FactFile::stamp).collect()
    }
}
