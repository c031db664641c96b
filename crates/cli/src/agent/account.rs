//! The file of the account of every decision.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bellwether_core::fleet::admit::Ignored;
use bellwether_core::fleet::audit::{Entry, Verdict};
use bellwether_core::time::Mono;
use bellwether_host::clock;
use bellwether_host::log_file::{LogFile, Readers, Rotation, Unit};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::failure::Failure;

/// Messages that are ignored for one reason are told one by one up to this number in a window; then they are counted.
/// Anybody can make the agent see them: what was signed for others, or once before, can be sent again and again.
const MOST_IGNORED: u64 = 100;
const WINDOW: Duration = Duration::from_secs(60);

/// The account. Where it cannot be written, that is counted, and told as soon as it can be.
pub(super) struct Account(Mutex<Inner>);

struct Inner {
    file: LogFile,
    ignored: BTreeMap<Ignored, Window>,
}

/// The messages that were ignored for one reason since it began.
struct Window {
    began: Mono,
    count: u64,
}

impl Account {
    /// Opens the file, for its owner alone, and puts it aside at midnight (UTC).
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn open(path: &Path, days: usize) -> Result<Self, Failure> {
        let rotation = Rotation::new(Unit::Midnight, 1, days).map_err(|error| Failure::usage(error.to_string()))?;
        let opened = LogFile::open_for(Readers::Owner, path, Some(rotation), TimeZone::UTC, clock::now().wall, note);
        let file = opened.map_err(|error| Failure::unavailable(error.to_string()))?;
        Ok(Self(Mutex::new(Inner { file, ignored: BTreeMap::new() })))
    }

    /// Adds an entry.
    pub(super) fn add(&self, entry: &Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).file.write(entry.time, &entry.line());
    }

    /// Adds an entry about a message that is ignored, unless there were too many for this reason.
    pub(super) fn add_ignored(&self, reason: Ignored, entry: &Entry, now: Mono) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner { file, ignored } = &mut *inner;
        let window = ignored.entry(reason).or_insert(Window { began: now, count: 0 });
        if now.since(window.began) >= WINDOW {
            let left_out = window.count.saturating_sub(MOST_IGNORED);
            if left_out > 0 {
                let reason = reason.as_str();
                let text = format!("{left_out} more messages were ignored ({reason}), which are not told one by one");
                file.write(entry.time, &note(entry.time, &text));
            }
            *window = Window { began: now, count: 0 };
        }
        window.count += 1;
        if window.count <= MOST_IGNORED {
            file.write(entry.time, &entry.line());
        }
    }
}

/// A line about the account itself.
fn note(time: Timestamp, text: &str) -> String {
    let why = text.to_owned();
    Entry { time, decision: Verdict::Ignore, why, caller: None, key: None, asked: None, ended: None }.line()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_messages_does_not_fill_the_disk_whatever_they_are_ignored_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.log");
        let account = Account::open(&path, 3).unwrap();
        let entry = |why: &str| Entry {
            time: clock::now().wall,
            decision: Verdict::Ignore,
            why: why.to_owned(),
            caller: None,
            key: None,
            asked: None,
            ended: None,
        };
        let now = clock::mono();
        for reason in Ignored::ALL {
            (0..10_000).for_each(|_| account.add_ignored(reason, &entry(reason.as_str()), now));
        }
        account.add_ignored(Ignored::Seen, &entry("later"), now + WINDOW);
        let text = std::fs::read_to_string(&path).unwrap();
        for reason in Ignored::ALL {
            let told = text.matches(&format!("\"why\":\"{}\"", reason.as_str())).count();
            assert_eq!(told as u64, MOST_IGNORED, "{reason:?}");
        }
        assert!(text.contains("9900 more messages were ignored (seen)") && text.contains("later"), "{text}");
    }
}
