//! What a client can find out after a fault.

use std::sync::Arc;
use std::time::Duration;

use bellwether_core::claim::Record;
use bellwether_core::names::{JobName, RunId};
use bellwether_core::store::{ClaimStore, HistoryQuery, StoreError, Swap};

use super::swaps::swapped;
use super::{Checked, Open, Wrong, holds, same};
use crate::store::fixtures::{entry, job, record};
use crate::store::{Fault, FaultyStore, Rates};

async fn faulty(open: &impl Open, name: &str, faults: impl IntoIterator<Item = Fault>) -> FaultyStore<dyn ClaimStore> {
    FaultyStore::scripted(Arc::from(open(name).await), faults)
}

/// A swap whose answer got lost is seen by its run and beat when the record is read, and its version goes on.
pub async fn a_lost_answer_is_resolved_by_reading_back(open: &impl Open) -> Checked {
    let name = "a_lost_answer_is_resolved_by_reading_back";
    let job = job("lost");
    let store = faulty(open, name, [Fault::AnswerLost]).await;
    let mine = record("mine", 5);
    let lost = store.swap(&job, None, &mine, &[entry(&job, 1)]).await;
    holds(format!("the answer was not lost: {lost:?}"), matches!(lost, Err(StoreError::AnswerLost { .. })))?;
    let (found, version) = store.read(&job).await?.current.ok_or_else(|| "the record is not there".to_owned())?;
    same("the record", &found, &mine)?;
    swapped(&store, &job, Some(&version), &record("mine", 6)).await?;
    store.append(&entry(&job, 1)).await?;
    let page = store.history(&HistoryQuery { job: Some(job), limit: 10, before: None }).await?;
    same("the number of entries after adding it again", &page.entries.len(), &1)
}

/// A swap that was not made leaves no trace, and can be made as it was.
pub async fn a_call_that_was_not_made_changes_nothing(open: &impl Open) -> Checked {
    let job = job("not made");
    let store = faulty(open, "a_call_that_was_not_made_changes_nothing", [Fault::Unavailable]).await;
    let failed = store.swap(&job, None, &record("mine", 1), &[]).await;
    holds(format!("the call was made: {failed:?}"), matches!(failed, Err(StoreError::Unavailable { .. })))?;
    same("the record", &store.read(&job).await?.current, &None)?;
    swapped(&store, &job, None, &record("mine", 1)).await.map(|_| ())
}

/// What a client knows of its own changes.
#[derive(Debug, Default)]
struct Tally {
    made: u64,
    /// The answer was lost, and the other client had changed the record before it was read back.
    unknown: u64,
}

/// Two clients that read back what happened to them know of every change.
pub async fn increments_survive_faults_by_chance(open: &impl Open) -> Checked {
    let name = "increments_survive_faults_by_chance";
    let job = job("counter");
    swapped(&*open(name).await, &job, None, &record("start", 0)).await?;
    let rates = Rates { unavailable: 0.15, answer_lost: 0.3, delayed: 0.2, longest_delay: Duration::from_millis(3) };
    let client = async |run: &'static str, seed| -> Result<Tally, Wrong> {
        let store: FaultyStore<dyn ClaimStore> = FaultyStore::seeded(Arc::from(open(name).await), seed, rates);
        let mut tally = Tally::default();
        while tally.made < 20 {
            increment(&store, &job, run, &mut tally).await?;
        }
        Ok(tally)
    };
    let (one, other) = tokio::join!(client("one", 1), client("other", 2));
    let (one, other) = (one?, other?);
    let last = open(name).await.read(&job).await?.current.map_or(0, |(record, _)| record.beat);
    let made = one.made + other.made;
    let most = made + one.unknown + other.unknown;
    holds(format!("the sum is {last}, not between {made} and {most}"), (made..=most).contains(&last))
}

async fn increment(store: &dyn ClaimStore, job: &JobName, run: &str, tally: &mut Tally) -> Checked {
    let Ok(snapshot) = store.read(job).await else { return Ok(()) };
    let (old, version) = snapshot.current.ok_or_else(|| "the counter is gone".to_owned())?;
    let run_id = RunId::new(run).map_err(|error| error.to_string())?;
    let new = Record { run_id, beat: old.beat + 1, ..old.clone() };
    match store.swap(job, Some(&version), &new, &[]).await {
        Ok(Swap::Swapped(_)) => tally.made += 1,
        Ok(Swap::Conflict) | Err(StoreError::Unavailable { .. }) => {}
        Err(StoreError::AnswerLost { .. }) => match read_patiently(store, job).await {
            Some(found) if found == new => tally.made += 1,
            Some(found) if found == old => {}
            _ => tally.unknown += 1,
        },
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn read_patiently(store: &dyn ClaimStore, job: &JobName) -> Option<Record> {
    loop {
        if let Ok(snapshot) = store.read(job).await {
            return snapshot.current.map(|(record, _)| record);
        }
    }
}
