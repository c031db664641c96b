//! Which messages were seen: nothing is deleted from the queue, so every message comes again and again, and each command
//! comes in several copies. Kept on disk, so that neither a crash nor a restart runs a command a second time.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use bellwether_core::time::{Mono, Now};

use super::journal::{Journal, Line};

/// For how long an id is remembered after it was last seen. The queues keep a message for 60 seconds.
const REMEMBERED: Duration = Duration::from_secs(120);
/// How old the time on disk of an id may become while the message keeps coming.
const WRITTEN_AGAIN: Duration = Duration::from_secs(60);
/// How often the old ones are looked for.
const SWEPT: Duration = Duration::from_secs(10);
/// The most ids that are remembered: some 10 MiB.
const MOST: usize = 100_000;

/// An id that was seen.
#[derive(Debug)]
struct Seen {
    last: Mono,
    /// When it was written to disk; none for what is only kept in memory.
    written: Option<Mono>,
}

/// The ids of messages and batches that were seen.
pub(super) struct History {
    seen: HashMap<String, Seen>,
    journal: Journal,
    next_sweep: Mono,
}

/// How much remembering a message is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// It does nothing: in memory, as far as there is room.
    Noise,
    /// It is answered: also on disk, sooner or later.
    Answer,
    /// Something is run: on disk, before it is run.
    Command,
}

impl History {
    /// Reads what an earlier run has left in a directory of our own.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub(super) fn open(directory: &Path, now: Now) -> Result<Self, String> {
        let (journal, lines) = Journal::open(directory, now.wall, REMEMBERED)?;
        // From now on for the whole time: the clock may have been set meanwhile.
        let seen = lines.into_iter().flat_map(|line| line.ids);
        let seen = seen.map(|id| (id, Seen { last: now.mono, written: Some(now.mono) })).collect();
        Ok(Self { seen, journal, next_sweep: now.mono + SWEPT })
    }

    /// Whether this was seen before. As long as it keeps coming, it is not forgotten.
    pub(super) fn knows(&mut self, id: &str, now: Now) -> bool {
        let Some(seen) = self.seen.get_mut(id) else { return false };
        seen.last = now.mono;
        if seen.written.is_some_and(|at| now.mono.since(at) >= WRITTEN_AGAIN) {
            seen.written = Some(now.mono);
            if let Err(error) = self.journal.append(&Line::of(&[id], now.wall), false) {
                tracing::warn!("{error}");
            }
        }
        true
    }

    /// Remembers ids, for what they are worth.
    ///
    /// # Errors
    /// When they cannot be remembered: what belongs to them must not be run then.
    pub(super) fn remember(&mut self, ids: &[&str], worth: Worth, now: Now) -> Result<(), String> {
        self.sweep(now.mono);
        if self.seen.len() + ids.len() > MOST {
            return Err(format!("{MOST} messages were seen within {} s; no more are taken", REMEMBERED.as_secs()));
        }
        if worth != Worth::Noise {
            self.journal.append(&Line::of(ids, now.wall), worth == Worth::Command)?;
        }
        let written = (worth != Worth::Noise).then_some(now.mono);
        self.seen.extend(ids.iter().map(|&id| (id.to_owned(), Seen { last: now.mono, written })));
        self.compact(now)
    }

    fn sweep(&mut self, now: Mono) {
        if now >= self.next_sweep {
            self.seen.retain(|_, seen| now.since(seen.last) < REMEMBERED);
            self.seen.shrink_to(2 * self.seen.len());
            self.next_sweep = now + SWEPT;
        }
    }

    /// Lines of ids that are forgotten go from the disk when they are the most.
    fn compact(&mut self, now: Now) -> Result<(), String> {
        if !self.journal.is_long_for(self.seen.len()) {
            return Ok(());
        }
        let kept: Vec<&str> =
            self.seen.iter().filter(|(_, seen)| seen.written.is_some()).map(|(id, _)| id.as_str()).collect();
        self.journal.rewrite(&[Line::of(&kept, now.wall)])
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
