//! Where things are in the table.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `job#JOB` | `record` | the record of a job and its version |
//! | `jobs` | JOB | that there is such a job |
//! | `run#JOB` | OUTCOME`#`RUN | an entry of the history |
//! | `history#JOB` | TIME`#`POSITION`#`OUTCOME`#`RUN | that such an entry was added at this time |
//!
//! The history has two items for each entry because it is asked for in the order of adding, and kept once for each run
//! and outcome, whoever adds it and when. The time is that of the host which adds the entry: only a counter that all
//! share would be more exact, and cost a request more. An index of DynamoDB's own would not do: a local one limits a job's history to
//! 10 GB, and claims would fail beyond; a global one is behind the table, and slows claims down when it is too hot.
//! The items that order are small, so that the latest lines of thousands of jobs are cheap to find.
//!
//! That there is a job is an item of its own, written when its record is made: a scan for records would read all of
//! the history.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use bellwether_core::claim::Entry;
use bellwether_core::names::JobName;
use jiff::Timestamp;

/// The attributes of the primary key.
pub(super) const PARTITION: &str = "pk";
pub(super) const SORT: &str = "sk";

/// The partition of the jobs' names.
pub(super) const JOBS: &str = "jobs";

/// After every time: they begin with a digit or a minus.
const AFTER_ALL: &str = "~";

/// An item, or a part of one.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The primary key of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) partition: String,
    pub(super) sort: String,
}

impl Key {
    pub(super) fn record(job: &JobName) -> Self {
        Self { partition: format!("job#{job}"), sort: "record".to_owned() }
    }

    pub(super) fn job(job: &JobName) -> Self {
        Self { partition: JOBS.to_owned(), sort: job.to_string() }
    }

    pub(super) fn entry(entry: &Entry) -> Self {
        Self::of_run(&entry.job, format!("{}#{}", entry.outcome.as_str(), entry.run_id))
    }

    fn of_run(job: &JobName, sort: String) -> Self {
        Self { partition: format!("run#{job}"), sort }
    }

    pub(super) fn into_item(self) -> Item {
        let text = |name: &str, value| (name.to_owned(), AttributeValue::S(value));
        Item::from([text(PARTITION, self.partition), text(SORT, self.sort)])
    }

    /// The key of an item that was read.
    pub(super) fn of_item(item: &Item) -> Option<Self> {
        let text = |name| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        Some(Self { partition: text(PARTITION)?, sort: text(SORT)? })
    }
}

/// The partition of a job's lines of history.
pub(super) fn history(job: &JobName) -> String {
    format!("history#{job}")
}

/// A line of history: when an entry was added. Lines are in the order of adding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) sort: String,
    pub(super) job: JobName,
}

impl Line {
    /// The line of an entry; `position` orders those that are added at the same moment.
    pub(super) fn of(entry: &Entry, added: Timestamp, position: usize) -> Self {
        let (time, outcome, run) = (time(added), entry.outcome.as_str(), &entry.run_id);
        Self { sort: format!("{time}#{position:04}#{outcome}#{run}"), job: entry.job.clone() }
    }

    pub(super) fn key(&self) -> Key {
        Key { partition: history(&self.job), sort: self.sort.clone() }
    }

    /// The key of the entry at this place; none when this is no line of ours.
    pub(super) fn entry_key(&self) -> Option<Key> {
        let run = self.sort.splitn(3, '#').nth(2)?;
        Some(Key::of_run(&self.job, run.to_owned()))
    }

    /// Where a page that ends with this line ended. Names hold no control characters.
    pub(super) fn cursor(&self) -> String {
        format!("{}\n{}", self.sort, self.job)
    }

    /// Reads what [`Line::cursor`] made.
    pub(super) fn at_cursor(text: &str) -> Option<Self> {
        let (sort, job) = text.split_once('\n')?;
        Some(Self { sort: sort.to_owned(), job: JobName::new(job).ok()? })
    }
}

/// An instant as a text that is less than those of later instants.
pub(super) fn time(at: Timestamp) -> String {
    // Always nine digits: otherwise whole seconds would come after their own fractions.
    format!("{at:.9}")
}

/// Up to where a job's lines are before this one, and whether those at the place itself are too.
pub(super) fn bound<'a>(before: Option<&'a Line>, job: &JobName) -> (&'a str, &'static str) {
    match before {
        None => (AFTER_ALL, "<"),
        Some(line) if *job < line.job => (&line.sort, "<="),
        Some(line) => (&line.sort, "<"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellwether_testkit::store::fixtures::{entry, job};

    fn added(at: &str, position: usize) -> Line {
        Line::of(&entry(&job("a#b"), 1), at.parse().unwrap(), position)
    }

    #[test]
    fn lines_are_in_the_order_of_time() {
        let times = ["1969-12-31T23:59:59Z", "2026-11-21T10:00:00Z", "2026-11-21T10:00:00.5Z", "2026-11-21T10:00:01Z"];
        let lines = times.map(|time| added(time, 0));
        assert!(lines.is_sorted_by(|one, other| one < other), "{lines:?}");
        assert!(added(times[1], 9) < added(times[1], 10));
        assert!(lines.iter().all(|line| line.sort.as_str() < bound(None, &line.job).0));
    }

    #[test]
    fn a_line_leads_to_its_entry() {
        let entry = entry(&job("a#b"), 1);
        assert_eq!(Line::of(&entry, entry.recorded, 3).entry_key(), Some(Key::entry(&entry)));
        assert_eq!(Line { sort: "?".into(), job: job("a") }.entry_key(), None);
    }

    #[test]
    fn a_page_ends_between_jobs_with_lines_at_the_same_place() {
        let line = Line { job: job("m"), ..added("2026-11-21T10:00:00Z", 0) };
        assert_eq!(Line::at_cursor(&line.cursor()), Some(line.clone()));
        assert_eq!(Line::at_cursor("17"), None);
        let compared = |name| bound(Some(&line), &job(name)).1;
        assert_eq!((compared("a"), compared("m"), compared("z")), ("<=", "<", "<"));
    }
}
