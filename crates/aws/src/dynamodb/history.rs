//! Pages of the history: first the lines, which are in order, then the entries they lead to.

use std::collections::HashMap;
use std::sync::Arc;

use bellwether_core::claim::Entry;
use bellwether_core::names::JobName;
use bellwether_core::store::{Cursor, HistoryPage, HistoryQuery};
use tokio::task::JoinSet;

use super::failure::{Trouble, nonsense};
use super::items::{self, Unusable};
use super::keys::{Key, Line};
use super::read::QUERY;
use super::session::Session;

/// The most entries of one page: their output is held in memory.
const LARGEST_PAGE: usize = 250;

/// How many entries are asked for at once: so many, each of 400 KB, are still an answer that can be read.
const ENTRIES_AT_ONCE: usize = 25;

/// How many jobs are asked for their lines at the same time.
const JOBS_AT_ONCE: usize = 16;

pub(super) async fn page(session: &Arc<Session>, query: &HistoryQuery) -> Result<HistoryPage, Trouble> {
    if query.limit == 0 {
        return Ok(HistoryPage::default());
    }
    let before = query.before.as_ref().map(place).transpose()?;
    let limit = query.limit.min(LARGEST_PAGE);
    // One line beyond the limit shows that there is a next page.
    let mut lines = match &query.job {
        Some(job) => session.newest(job, before.as_ref(), limit + 1).await?,
        None => newest_of_all(session, before.as_ref(), limit + 1).await?,
    };
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|line| Cursor(line.cursor()));
    Ok(HistoryPage { entries: entries(session, &lines).await?, next })
}

fn place(cursor: &Cursor) -> Result<Line, Unusable> {
    Line::at_cursor(&cursor.0).ok_or_else(|| {
        let strange = cursor.strange();
        Unusable { why: strange.to_string(), remedy: strange.remedy() }
    })
}

/// The newest lines of all jobs: each job is asked for as many, and the newest of those stay.
async fn newest_of_all(session: &Arc<Session>, before: Option<&Line>, limit: usize) -> Result<Vec<Line>, Trouble> {
    let mut jobs = session.jobs().await?.into_iter();
    let mut asked = JoinSet::new();
    let mut newest: Vec<Line> = Vec::new();
    loop {
        for job in jobs.by_ref().take(JOBS_AT_ONCE - asked.len()) {
            asked.spawn(newest_of_one(session.clone(), job, before.cloned(), limit));
        }
        let Some(lines) = asked.join_next().await else { return Ok(newest) };
        newest.extend(lines.map_err(|error| nonsense(QUERY, &error.to_string()))??);
        newest.sort_unstable_by(|one, other| other.cmp(one));
        newest.truncate(limit);
    }
}

async fn newest_of_one(
    session: Arc<Session>,
    job: JobName,
    before: Option<Line>,
    limit: usize,
) -> Result<Vec<Line>, Trouble> {
    session.newest(&job, before.as_ref(), limit).await
}

/// The entries of lines, in the lines' order. One that is gone is left out: items expire one by one.
async fn entries(session: &Session, lines: &[Line]) -> Result<Vec<Entry>, Trouble> {
    let keys: Vec<Option<Key>> = lines.iter().map(Line::entry_key).collect();
    let mut found = HashMap::new();
    for item in session.items(keys.iter().flatten().cloned().collect(), ENTRIES_AT_ONCE).await? {
        if let Some(Key { partition, sort }) = Key::of_item(&item) {
            found.insert((partition, sort), items::read_entry(&item)?);
        }
    }
    let of_line = |key: Key| found.remove(&(key.partition, key.sort));
    Ok(keys.into_iter().flatten().filter_map(of_line).collect())
}
