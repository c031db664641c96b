//! Old history is removed, and nothing else.

use bellwether_core::claim::{Entry, Outcome};
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, HistoryQuery, Swap};
use jiff::Timestamp;

use super::swaps::swapped;
use super::{Checked, Open, Wrong, same};
use crate::store::fixtures::{entry, instant, job, record};

/// More lines than some stores remove in one request, and how many of them one swap brings.
const MANY: u64 = 600;
const PER_SWAP: u64 = 20;

async fn runs(store: &dyn ClaimStore, job: Option<&JobName>) -> Result<Vec<String>, Wrong> {
    let page = store.history(&HistoryQuery { job: job.cloned(), limit: 100, before: None }).await?;
    Ok(page.entries.into_iter().map(|entry| entry.run_id.to_string()).collect())
}

fn recorded_at(job: &JobName, number: u64, time: &str) -> Result<Entry, Wrong> {
    let recorded: Timestamp = time.parse().map_err(|error: jiff::Error| error.to_string())?;
    Ok(Entry { recorded, ..entry(job, number) })
}

/// What was recorded before the instant goes, to the nanosecond; what was recorded at it or later stays, wherever in
/// the history it stands and whenever it ran.
pub async fn only_what_was_recorded_earlier_is_pruned(open: &impl Open) -> Checked {
    let store = open("only_what_was_recorded_earlier_is_pruned").await;
    let (one, other) = (job("one"), job("other"));
    let times = [
        (&one, "2026-11-21T10:00:01.5Z"),
        (&one, "2026-11-21T10:00:00.499999999Z"),
        (&other, "2026-11-21T10:00:00.5Z"),
        (&other, "2026-11-21T10:00:00Z"),
        (&one, "2026-11-21T10:00:00.500000001Z"),
        (&one, "2026-11-21T09:59:59.9Z"),
        (&other, "2026-11-21T10:00:01Z"),
        (&other, "1969-12-31T23:59:59.5Z"),
        (&one, "2026-11-21T10:00:00.05Z"),
    ];
    for (number, (job, time)) in (1..).zip(times) {
        store.append(&recorded_at(job, number, time)?).await?;
    }
    let before: Timestamp = "2026-11-21T10:00:00.5Z".parse().map_err(|error: jiff::Error| error.to_string())?;
    same("how many were removed", &store.prune(before).await?, &5)?;
    let kept = |runs: &[&str]| runs.iter().map(|&run| run.to_owned()).collect::<Vec<_>>();
    same("what is left", &runs(&*store, None).await?, &kept(&["run-7", "run-5", "run-3", "run-1"]))?;
    same("what is left of one job", &runs(&*store, Some(&one)).await?, &kept(&["run-5", "run-1"]))?;
    same("what is left of the other job", &runs(&*store, Some(&other)).await?, &kept(&["run-7", "run-3"]))?;
    same("how many were removed the second time", &store.prune(before).await?, &0)
}

/// The records and their versions are what they were.
pub async fn pruning_leaves_the_records(open: &impl Open) -> Checked {
    let store = open("pruning_leaves_the_records").await;
    let job = job("pruned");
    store.append(&entry(&job, 1)).await?;
    let version = swapped(&*store, &job, None, &record("run-1", 1)).await?;
    same("how many were removed", &store.prune(instant(9_000_000)).await?, &1)?;
    same("the record", &store.read(&job).await?.current, &Some((record("run-1", 1), version.clone())))?;
    same("the records", &store.records().await?, &vec![(job.clone(), record("run-1", 1))])?;
    swapped(&*store, &job, Some(&version), &record("run-1", 2)).await.map(|_| ())
}

/// A line that was removed is not remembered: it can be added again, alone and with a swap, and is the newest then.
pub async fn what_was_pruned_can_be_added_again(open: &impl Open) -> Checked {
    let store = open("what_was_pruned_can_be_added_again").await;
    let job = job("again");
    let (old, swapped_in, kept) = (entry(&job, 1), entry(&job, 2), entry(&job, 3));
    for entry in [&old, &swapped_in, &kept] {
        store.append(entry).await?;
    }
    same("how many were removed", &store.prune(kept.recorded).await?, &2)?;
    store.append(&old).await?;
    let swap = store.swap(&job, None, &record("run-2", 1), std::slice::from_ref(&swapped_in)).await?;
    if swap == Swap::Conflict {
        return Err(Wrong::from("the swap met a conflict".to_owned()));
    }
    // Twice: the rule of one line per run and outcome holds for it as for any other.
    store.append(&old).await?;
    same("the history", &runs(&*store, Some(&job)).await?, &["run-2", "run-1", "run-3"].map(str::to_owned).to_vec())
}

/// All outcomes of a run are lines of their own; any number of lines can be removed at once, and counted.
pub async fn any_number_of_lines_is_pruned(open: &impl Open) -> Checked {
    let store = open("any_number_of_lines_is_pruned").await;
    let job = job("many");
    let mut version = None;
    for swap in 0..MANY / PER_SWAP {
        let lines = (0..PER_SWAP).map(|number| {
            let outcome = if number % 2 == 0 { Outcome::Lost } else { Outcome::Done };
            Entry { outcome, ..entry(&job, (swap * PER_SWAP + number) / 2) }
        });
        version = match store.swap(&job, version.as_ref(), &record("run-1", swap), &lines.collect::<Vec<_>>()).await? {
            Swap::Swapped(version) => Some(version),
            Swap::Conflict => return Err(Wrong::from("the swap met a conflict".to_owned())),
        };
    }
    let last = entry(&job, MANY / 2 - 1);
    same("how many were removed", &store.prune(last.recorded).await?, &(MANY - 2))?;
    same("what is left", &runs(&*store, None).await?, &vec![last.run_id.to_string(); 2])
}
