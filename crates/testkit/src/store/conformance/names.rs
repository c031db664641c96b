//! Which names a store keeps, and how it tells jobs apart.

use bellwether_core::names::JobName;
use bellwether_core::store::HistoryQuery;

use super::swaps::swapped;
use super::{Checked, Open, same};
use crate::awkward;
use crate::store::fixtures::{entry, job, record};

/// Names that a store could take for each other, for a part of a key, or for a part of a statement.
pub(super) fn awkward_names() -> Vec<JobName> {
    awkward::names().iter().map(|name| job(name)).collect()
}

/// Every name has its own record and its own history.
pub async fn any_name_is_kept_and_told_apart(open: &impl Open) -> Checked {
    let store = open("any_name_is_kept_and_told_apart").await;
    let names = awkward_names();
    for (number, job) in (1..).zip(&names) {
        same(&format!("'{job}' before it is written"), &store.read(job).await?.current, &None)?;
        swapped(&*store, job, None, &record("run-1", number)).await?;
        store.append(&entry(job, number)).await?;
    }
    for (number, job) in (1..).zip(&names) {
        let found = store.read(job).await?.current.map(|(record, _)| record);
        same(&format!("the record of '{job}'"), &found, &Some(record("run-1", number)))?;
        let page = store.history(&HistoryQuery { job: Some(job.clone()), limit: 10, before: None }).await?;
        same(&format!("the history of '{job}'"), &page.entries, &vec![entry(job, number)])?;
    }
    Ok(())
}

/// A change of one job leaves the version of another as it is.
pub async fn jobs_do_not_touch_each_other(open: &impl Open) -> Checked {
    let store = open("jobs_do_not_touch_each_other").await;
    let (one, other) = (job("one"), job("other"));
    let untouched = swapped(&*store, &other, None, &record("run-1", 1)).await?;
    let mut version = None;
    for beat in 1..=10 {
        version = Some(swapped(&*store, &one, version.as_ref(), &record("run-1", beat)).await?);
    }
    same("the other record", &store.read(&other).await?.current, &Some((record("run-1", 1), untouched.clone())))?;
    swapped(&*store, &other, Some(&untouched), &record("run-1", 2)).await.map(|_| ())
}
