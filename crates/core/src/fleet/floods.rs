//! How many entries of an account are written one by one, when there are far too many of them.
//!
//! Whoever can send, or has a key without any right, can make an agent decide as often as they like; a disk must not be
//! full of it. What is about commands that run is always written: the policy bounds that.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::admit::Ignored;
use super::audit::{Entry, Verdict};
use super::keys::PublicKey;
use super::trust::CallerName;
use crate::time::Mono;

/// So many entries of a kind are written one by one in a window; then they are counted.
pub const MOST: u64 = 100;
/// How long a window is.
pub const WINDOW: Duration = Duration::from_secs(60);

/// What counts as one kind. Of what is ignored it is the reason alone: anybody can make up keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Ignored(Ignored),
    Answered(Option<CallerName>, Option<PublicKey>),
    Refused(Option<CallerName>, Option<PublicKey>),
}

/// The entries of a kind since it began.
#[derive(Debug, Clone, Copy)]
struct Window {
    began: Mono,
    count: u64,
}

/// Counts entries by their kinds.
#[derive(Debug, Default)]
pub struct Floods(BTreeMap<Kind, Window>);

/// What is to be written of an entry.
#[derive(Debug, PartialEq)]
pub struct Passed {
    /// Before it: how many like it were left out, where some were and nobody was told.
    pub left_out: Option<Entry>,
    /// Whether the entry itself is written.
    pub is_told: bool,
}

impl Floods {
    /// What is to be written of an entry; with the reason, where it is about a message that is ignored.
    pub fn pass(&mut self, entry: &Entry, ignored: Option<Ignored>, now: Mono) -> Passed {
        let Some(kind) = kind(entry, ignored) else { return Passed { left_out: None, is_told: true } };
        let begun = self.0.get(&kind).copied();
        let over = begun.filter(|window| window.is_over(now));
        let left_out = over.and_then(|window| summary(&kind, window, entry.time));
        let before = begun.filter(|_| over.is_none()).unwrap_or(Window { began: now, count: 0 });
        let count = before.count.saturating_add(1);
        self.0.insert(kind, Window { count, ..before });
        Passed { left_out, is_told: count <= MOST }
    }

    /// Forgets the windows that are over; how many entries were left out in each.
    pub fn over(&mut self, time: Timestamp, now: Mono) -> Vec<Entry> {
        let over: Vec<_> = self.0.extract_if(.., |_, window| window.is_over(now)).collect();
        over.iter().filter_map(|(kind, window)| summary(kind, *window, time)).collect()
    }

    /// The same of all windows, when nothing more is to come.
    pub fn rest(&mut self, time: Timestamp) -> Vec<Entry> {
        let rest = std::mem::take(&mut self.0);
        rest.iter().filter_map(|(kind, window)| summary(kind, *window, time)).collect()
    }
}

impl Window {
    fn is_over(&self, now: Mono) -> bool {
        now.since(self.began) >= WINDOW
    }
}

/// None for what is always written.
fn kind(entry: &Entry, ignored: Option<Ignored>) -> Option<Kind> {
    match (entry.decision, ignored) {
        (Verdict::Ignore, ignored) => ignored.map(Kind::Ignored),
        (Verdict::Answer, _) => Some(Kind::Answered(entry.caller.clone(), entry.key)),
        (Verdict::Refuse, _) => Some(Kind::Refused(entry.caller.clone(), entry.key)),
        (Verdict::Run | Verdict::Done, _) => None,
    }
}

/// One entry for all that were left out.
fn summary(kind: &Kind, window: Window, time: Timestamp) -> Option<Entry> {
    let number = window.count.checked_sub(MOST).filter(|number| *number > 0)?;
    let (decision, what, caller, key) = match kind {
        Kind::Ignored(reason) => {
            (Verdict::Ignore, format!("messages were ignored ({})", reason.as_str()), &None, &None)
        }
        Kind::Answered(caller, key) => (Verdict::Answer, "questions were answered".to_owned(), caller, key),
        Kind::Refused(caller, key) => (Verdict::Refuse, "requests were refused".to_owned(), caller, key),
    };
    let why = format!("{number} more {what}, which are not told one by one");
    Some(Entry { time, decision, why, caller: caller.clone(), key: *key, asked: None, ended: None })
}

#[cfg(test)]
#[path = "floods_tests.rs"]
mod tests;
