//! The scripts that are run on a change of the state: one change after the other, beside the polling.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bellwether_core::notice::Word;
use bellwether_core::notice::clonesquad::{Metadata, Tags};
use bellwether_host::child::Stream;
use bellwether_host::hooks::{self, Call, HookEvent};
use tokio::sync::mpsc::{Receiver, Sender};

use super::memory::Memory;
use super::seen::{Seen, Step};
use crate::dropins::cs_instance_watcher::log::Log;

/// How many changes may wait for the scripts of those before.
pub(super) const MOST_WAITING: usize = 16;
/// How long a script may take.
const TIMEOUT: Duration = Duration::from_secs(300);
/// How long after its timeout a script is killed.
const KILL_AFTER: Duration = Duration::from_secs(10);

/// A change of the state.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) step: Step,
    pub(super) instance: Option<String>,
    /// What else is known, as variables for scripts.
    pub(super) known: Vec<(String, String)>,
}

/// Where changes are put.
pub(super) struct Queue {
    sender: Sender<Change>,
    log: Arc<Log>,
}

impl Queue {
    pub(super) fn new(sender: Sender<Change>, log: &Arc<Log>) -> Self {
        Self { sender, log: Arc::clone(log) }
    }

    pub(super) fn push(&self, change: Change) {
        if let Err(error) = self.sender.try_send(change) {
            self.log.error(&format!("no scripts are run for a change: those of earlier ones take too long ({error})"));
        }
    }
}

/// Who the instance is, for scripts.
pub(super) fn known(metadata: &Metadata, tags: &Tags) -> Vec<(String, String)> {
    let variables = [
        ("CLONESQUAD_INSTANCE_ID", metadata.instance_id.as_ref()),
        ("CLONESQUAD_GROUP", tags.group.as_ref()),
        ("CLONESQUAD_SUBFLEET", metadata.subfleet.as_ref()),
    ];
    // A NUL cannot be in a variable: the program would not start.
    let usable = |value: &&String| !value.contains('\0');
    variables.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.filter(usable)?.clone()))).collect()
}

/// Runs the scripts of each change as it comes. What a crash or a stop cuts short is kept as begun.
pub(super) async fn run_all(
    mut changes: Receiver<Change>,
    mut memory: Memory,
    directory: &Path,
    log: &Log,
    stopping: &Cell<bool>,
) {
    while let Some(Change { step: Step { from, to }, instance, known }) = changes.recv().await {
        if stopping.get() {
            return;
        }
        if let Some(from) = &from {
            let done = Some(from.clone());
            memory.keep(Seen { instance: instance.clone(), done, begun: Some(to.clone()) });
            run_those_of(from, &to, known, directory, log).await;
        }
        memory.keep(Seen { instance, done: Some(to), begun: None });
    }
}

async fn run_those_of(from: &Word, to: &Word, known: Vec<(String, String)>, directory: &Path, log: &Log) {
    let mut env = known;
    env.push(("CLONESQUAD_STATE".to_owned(), to.to_string()));
    env.push(("CLONESQUAD_PREVIOUS_STATE".to_owned(), from.to_string()));
    let args = [to, from].map(|state| state.as_str().into()).to_vec();
    let call = Call { args, env, timeout: TIMEOUT, kill_after: KILL_AFTER };
    let ran = hooks::run(directory, to.as_str(), &call, |event| tell(log, &event)).await;
    if let Err(error) = ran {
        log.error(&error.to_string());
    }
}

fn tell(log: &Log, event: &HookEvent<'_>) {
    match event {
        HookEvent::Starting { script } => log.info(&format!("{} starts", script.display())),
        HookEvent::Line { script, stream: Stream::Out, text } => log.info(&format!("{}: {text}", script.display())),
        HookEvent::Line { script, stream: Stream::Err, text } => log.warning(&format!("{}: {text}", script.display())),
        HookEvent::Ended(outcome) if outcome.is_success() => log.info(&outcome.to_string()),
        HookEvent::Ended(outcome) => log.error(&outcome.to_string()),
    }
}
