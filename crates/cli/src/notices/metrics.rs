//! `--metrics`: a file for the textfile collector of Prometheus's node_exporter.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bellwether_core::names::JobName;
use bellwether_core::report::metrics::{Change, Foreign, merge};
use bellwether_host::published::{self, NotText};

use super::queue::Queue;
use crate::render::console::Console;

/// How long other wrappers of this host may keep the file to themselves.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);
/// How long the wrapper stays for the file once all else is done: a disk may hang.
const STAY: Duration = Duration::from_secs(10);

/// The metrics file of one wrapper's job.
pub(super) struct Metrics {
    path: PathBuf,
    job: JobName,
    console: Console,
    queue: Queue,
}

impl Metrics {
    pub(super) fn new(path: &Path, job: &JobName, console: Console) -> Self {
        Self { path: path.to_owned(), job: job.clone(), console, queue: Queue::new() }
    }

    /// Works a change into the file, beside whatever else is going on.
    pub(super) fn changed(&self, change: Change) {
        let (path, job, console) = (self.path.clone(), self.job.clone(), self.console);
        self.queue.push(async move {
            let written = tokio::task::spawn_blocking(move || write(&path, &job, &change)).await;
            if let Some(problem) = written.unwrap_or_else(|error| Some(error.to_string())) {
                console.warning(&format!("the metrics were not written: {problem}"));
            }
        });
    }

    /// Waits until the file has all changes.
    pub(super) async fn written(self) {
        if !self.queue.finish(STAY).await {
            self.console
                .warning(&format!("the metrics were not written: {} did not answer in time", self.path.display()));
        }
    }
}

/// What went wrong, if anything.
fn write(path: &Path, job: &JobName, change: &Change) -> Option<String> {
    let merged = |text: &str| merge(text, job, change).map_err(Unusable::Foreign);
    published::change(path, LOCK_PATIENCE, merged).err().map(|error| error.to_string())
}

/// Why a file that is there is not taken for ours.
enum Unusable {
    NotText,
    Foreign(Foreign),
}

impl From<NotText> for Unusable {
    fn from(_: NotText) -> Self {
        Self::NotText
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => write!(f, "it is not text; name a file of its own"),
            Self::Foreign(foreign) => write!(f, "{foreign}; name a file of its own, or remove this one"),
        }
    }
}
