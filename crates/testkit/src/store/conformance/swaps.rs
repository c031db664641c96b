//! The compare-and-swap, alone and under competition.

use std::collections::HashSet;
use std::time::Duration;

use bellwether_core::claim::{Displaced, Record, State, Was};
use bellwether_core::names::{JobName, NodeId, RunId};
use bellwether_core::store::{ClaimStore, HistoryQuery, Swap, Version};
use bellwether_core::time::Tick;
use tokio::task::JoinSet;

use super::{Checked, Open, Wrong, holds, same};
use crate::store::fixtures::{entry, instant, job, record};

const CONTENDERS: usize = 8;
const WINS_EACH: usize = 25;
/// More conflicts than this in a row, and a store starves its clients.
const MOST_CONFLICTS: usize = 10_000;

/// The version of a swap that must succeed.
pub(super) async fn swapped(
    store: &dyn ClaimStore,
    job: &JobName,
    expected: Option<&Version>,
    record: &Record,
) -> Result<Version, Wrong> {
    match store.swap(job, expected, record, &[]).await? {
        Swap::Swapped(version) => Ok(version),
        Swap::Conflict => Err(Wrong::from(format!("the swap of {job} from {expected:?} met a conflict"))),
    }
}

/// A job without a record reads as none.
pub async fn an_unknown_job_has_no_record(open: &impl Open) -> Checked {
    let store = open("an_unknown_job_has_no_record").await;
    same("the record", &store.read(&job("unknown")).await?.current, &None)
}

/// All fields come back, the optional ones too; the version is the one the swap told.
pub async fn a_record_reads_back_as_it_was_written(open: &impl Open) -> Checked {
    let store = open("a_record_reads_back_as_it_was_written").await;
    let job = job("full");
    let full = Record {
        fence: u64::MAX,
        attempt: u32::MAX,
        state: State::Done,
        ended: Some("2026-11-21T10:00:00.000000001Z".parse().map_err(|error: jiff::Error| error.to_string())?),
        status: Some(-1),
        displaced: Some(Displaced {
            run_id: RunId::new("run \"0\" — 'x'; --").map_err(|error| error.to_string())?,
            lease: Duration::from_millis(1),
            stopped: true,
            was: Some(Was {
                tick: Tick::at(instant(1)),
                node: NodeId::new("nœud \"0\"").map_err(|error| error.to_string())?,
                fence: u64::MAX,
                attempt: 1,
                started: Some(instant(2)),
            }),
        }),
        ..record("run-1", u64::MAX)
    };
    let first = swapped(&*store, &job, None, &full).await?;
    same("the record", &store.read(&job).await?.current, &Some((full.clone(), first.clone())))?;
    let second = swapped(&*store, &job, Some(&first), &full).await?;
    holds("writing the same record again makes no new version", first != second)
}

/// What one handle was told is what every other handle reads.
pub async fn a_confirmed_swap_is_seen_by_other_handles(open: &impl Open) -> Checked {
    let name = "a_confirmed_swap_is_seen_by_other_handles";
    let (one, other) = (open(name).await, open(name).await);
    let job = job("shared");
    let mut version = None;
    for beat in 1..=20 {
        let (writer, reader) = if beat % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let new = record("run-1", beat);
        let confirmed = swapped(&**writer, &job, version.as_ref(), &new).await?;
        for store in [reader, writer] {
            same("the record", &store.read(&job).await?.current, &Some((new.clone(), confirmed.clone())))?;
        }
        version = Some(confirmed);
    }
    Ok(())
}

/// An expectation that is outdated, missing or of another job is a conflict, and the record stays.
pub async fn a_conflict_changes_nothing(open: &impl Open) -> Checked {
    let store = open("a_conflict_changes_nothing").await;
    let (taken, free) = (job("taken"), job("free"));
    let old = swapped(&*store, &taken, None, &record("run-1", 1)).await?;
    let current = swapped(&*store, &taken, Some(&old), &record("run-1", 2)).await?;
    let intruder = record("intruder", 1);
    same("with an outdated version", &store.swap(&taken, Some(&old), &intruder, &[]).await?, &Swap::Conflict)?;
    same("without a version", &store.swap(&taken, None, &intruder, &[]).await?, &Swap::Conflict)?;
    same("the record", &store.read(&taken).await?.current, &Some((record("run-1", 2), current.clone())))?;
    same("of a job without record", &store.swap(&free, Some(&current), &intruder, &[]).await?, &Swap::Conflict)?;
    same("the record of the free job", &store.read(&free).await?.current, &None)?;
    swapped(&*store, &taken, Some(&current), &record("run-1", 3)).await.map(|_| ())
}

/// Of many handles that create a record at once, one is told that it did.
pub async fn one_of_many_creators_wins(open: &impl Open) -> Checked {
    let name = "one_of_many_creators_wins";
    for round in 0..5 {
        let job = job(&format!("race-{round}"));
        let mut racers = JoinSet::new();
        for racer in 0..CONTENDERS * 2 {
            let (store, job) = (open(name).await, job.clone());
            racers.spawn(async move {
                let mine = record(&format!("run-{racer}"), 1);
                store.swap(&job, None, &mine, &[]).await.map(|swap| (mine, swap))
            });
        }
        let mut winners = Vec::new();
        while let Some(result) = racers.join_next().await {
            if let (mine, Swap::Swapped(version)) = result.map_err(|error| error.to_string())?? {
                winners.push((mine, version));
            }
        }
        same("the number of winners", &winners.len(), &1)?;
        same("the record", &open(name).await.read(&job).await?.current, &winners.pop())?;
    }
    Ok(())
}

/// Handles that count together lose nothing: every success is in the sum, and no version was given twice.
pub async fn competing_increments_are_all_kept(open: &impl Open) -> Checked {
    let name = "competing_increments_are_all_kept";
    let job = job("counter");
    let store = open(name).await;
    let first = swapped(&*store, &job, None, &record("run-1", 0)).await?;
    let mut contenders = JoinSet::new();
    for _ in 0..CONTENDERS {
        contenders.spawn(increments(open(name).await, job.clone()));
    }
    let mut versions = HashSet::from([first]);
    while let Some(won) = contenders.join_next().await {
        for version in won.map_err(|error| error.to_string())?? {
            holds(format!("the version {version:?} was given twice"), versions.insert(version))?;
        }
    }
    let (last, version) = store.read(&job).await?.current.ok_or_else(|| "the counter is gone".to_owned())?;
    same("the sum", &last.beat, &((CONTENDERS * WINS_EACH) as u64))?;
    holds("the last version was never given", versions.contains(&version))
}

async fn increments(store: Box<dyn ClaimStore>, job: JobName) -> Result<Vec<Version>, Wrong> {
    let mut versions = Vec::new();
    let mut conflicts = 0;
    while versions.len() < WINS_EACH {
        let (old, version) = store.read(&job).await?.current.ok_or_else(|| "the counter is gone".to_owned())?;
        let new = Record { beat: old.beat + 1, ..old };
        match store.swap(&job, Some(&version), &new, &[]).await? {
            Swap::Swapped(version) => versions.push(version),
            Swap::Conflict => conflicts += 1,
        }
        holds("a contender hardly ever wins", conflicts < MOST_CONFLICTS)?;
    }
    Ok(versions)
}

/// The entries of a swap are in the history when it is confirmed, in the order given.
pub async fn a_swap_brings_its_entries(open: &impl Open) -> Checked {
    let name = "a_swap_brings_its_entries";
    let (store, job) = (open(name).await, job("with entries"));
    let mut later = entry(&job, 2);
    later.recorded = instant(9_000_000);
    let entries = [entry(&job, 1), later];
    let swap = store.swap(&job, None, &record("run-1", 1), &entries).await?;
    holds("the swap met a conflict", matches!(swap, Swap::Swapped(_)))?;
    let page = open(name).await.history(&HistoryQuery { job: Some(job), limit: 10, before: None }).await?;
    let [first, second] = entries;
    same("the history", &page.entries, &vec![second, first])
}
