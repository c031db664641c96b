//! The file of the account of every decision.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bellwether_core::fleet::audit::{Entry, Verdict};
use bellwether_core::time::Mono;
use bellwether_host::clock;
use bellwether_host::log_file::{LogFile, Readers, Rotation, Unit};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::failure::Failure;

/// Messages that anybody can make the agent see are told one by one up to this number in a window; then they are counted.
const MOST_UNTRUSTED: u64 = 100;
const WINDOW: Duration = Duration::from_secs(60);

/// The account. Where it cannot be written, that is counted, and told as soon as it can be.
pub(super) struct Account(Mutex<Inner>);

struct Inner {
    file: LogFile,
    window: Option<Mono>,
    untrusted: u64,
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
        Ok(Self(Mutex::new(Inner { file, window: None, untrusted: 0 })))
    }

    /// Adds an entry.
    pub(super) fn add(&self, entry: &Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).file.write(entry.time, &entry.line());
    }

    /// Adds an entry about a message of which nobody knows who sent it.
    pub(super) fn add_untrusted(&self, entry: &Entry, now: Mono) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.window.is_none_or(|began| now.since(began) >= WINDOW) {
            let left_out = inner.untrusted.saturating_sub(MOST_UNTRUSTED);
            if left_out > 0 {
                let text = format!("{left_out} more such messages were ignored, which are not told one by one");
                inner.file.write(entry.time, &note(entry.time, &text));
            }
            (inner.window, inner.untrusted) = (Some(now), 0);
        }
        inner.untrusted += 1;
        if inner.untrusted <= MOST_UNTRUSTED {
            inner.file.write(entry.time, &entry.line());
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
    fn a_flood_of_untrusted_messages_does_not_fill_the_disk() {
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
        (0..10_000).for_each(|_| account.add_untrusted(&entry("it is malformed"), now));
        account.add(&entry("it is for other nodes"));
        account.add_untrusted(&entry("it is malformed"), now + WINDOW);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("it is malformed").count() as u64, MOST_UNTRUSTED + 1);
        assert!(text.contains("other nodes") && text.contains("9900 more such messages"), "{text}");
    }
}
