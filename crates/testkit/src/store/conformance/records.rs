//! The records of all jobs at once.

use bellwether_core::claim::Record;
use bellwether_core::names::JobName;

use super::names::awkward_names;
use super::swaps::swapped;
use super::{Checked, Open, holds, same};
use crate::store::fixtures::{entry, job, record};

/// More jobs than some stores give in one answer.
const MANY: u64 = 300;

/// A store without claims has no records, whatever its history.
pub async fn a_new_store_has_no_records(open: &impl Open) -> Checked {
    let store = open("a_new_store_has_no_records").await;
    same("the records", &store.records().await?, &Vec::new())?;
    store.append(&entry(&job("never claimed"), 1)).await?;
    same("the records of a job that has history only", &store.records().await?, &Vec::new())
}

/// Every job's latest record is there once, whatever it is called, in the order of the names' bytes.
pub async fn all_records_are_read_in_order(open: &impl Open) -> Checked {
    let store = open("all_records_are_read_in_order").await;
    let many = (0..MANY).map(|number| job(&format!("job-{}", (number * 7) % MANY)));
    let mut expected: Vec<(JobName, Record)> =
        (0..).zip(awkward_names().into_iter().chain(many)).map(|(beat, job)| (job, record("run-1", beat))).collect();
    for (job, record) in &expected {
        swapped(&*store, job, None, record).await?;
    }
    let (changed, old) = &mut expected[0];
    let version = store.read(changed).await?.current.map(|(_, version)| version);
    *old = record("run-2", 1_000);
    swapped(&*store, changed, version.as_ref(), old).await?;
    expected.sort_by(|(one, _), (other, _)| one.as_str().as_bytes().cmp(other.as_str().as_bytes()));
    let found = store.records().await?;
    let names = |records: &[(JobName, Record)]| records.iter().map(|(job, _)| job.clone()).collect::<Vec<_>>();
    same("the jobs", &names(&found), &names(&expected))?;
    holds("a record is not its job's latest", found == expected)
}
