//! The history: what is kept, once, in which order, and how it is paged.

use bellwether_core::claim::{Entry, KeptOutput, Outcome};
use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, HistoryQuery, Swap};

use super::{Checked, Open, Wrong, holds, same};
use crate::store::fixtures::{entry, job, record};

/// How many entries the paging check makes, and how many it brings in with one swap.
const MANY: u64 = 2_500;
const PER_SWAP: u64 = 10;

/// All entries there are, by following the pages; none may be larger than asked for.
async fn all(store: &dyn ClaimStore, job: Option<&JobName>, limit: usize) -> Result<Vec<Entry>, Wrong> {
    let mut found = Vec::new();
    let mut query = HistoryQuery { job: job.cloned(), limit, before: None };
    for _ in 0..=2 * MANY {
        let page = store.history(&query).await?;
        holds(
            format!("a page has {} entries, {limit} were asked for", page.entries.len()),
            page.entries.len() <= limit,
        )?;
        found.extend(page.entries);
        match page.next {
            None => return Ok(found),
            next => query.before = next,
        }
    }
    Err(Wrong::from("the pages never end".to_owned()))
}

fn runs(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.run_id.as_str()).collect()
}

/// An entry with nothing optional, one with everything, and one for each outcome.
fn varied_entries(job: &JobName) -> Result<Vec<Entry>, Wrong> {
    let precise: jiff::Timestamp =
        "2026-11-21T23:59:59.999999999Z".parse().map_err(|error: jiff::Error| error.to_string())?;
    let outcomes = [Outcome::Done, Outcome::Lost, Outcome::Skipped, Outcome::Replaced];
    let mut entries: Vec<_> =
        (1..).zip(outcomes).map(|(number, outcome)| Entry { outcome, ..entry(job, number) }).collect();
    entries.push(Entry {
        started: None,
        ended: None,
        status: None,
        fence: 0,
        attempt: 0,
        output: KeptOutput::default(),
        ..entry(job, 5)
    });
    entries.push(Entry {
        fence: u64::MAX,
        attempt: u32::MAX,
        started: Some("1969-12-31T23:59:59.000000001Z".parse().map_err(|error: jiff::Error| error.to_string())?),
        ended: Some(precise),
        status: Some(i32::MIN),
        note: Some("line one\nline 'two' \"備份\" \\ \\0 \0 🐑".into()),
        output: KeptOutput { tail: Vec::new(), total: u64::MAX },
        recorded: precise,
        ..entry(job, 6)
    });
    Ok(entries)
}

/// Every field comes back, times to the nanosecond.
pub async fn an_entry_reads_back_as_it_was_written(open: &impl Open) -> Checked {
    let store = open("an_entry_reads_back_as_it_was_written").await;
    let job = job("varied");
    let mut written = varied_entries(&job)?;
    for entry in &written {
        store.append(entry).await?;
    }
    written.reverse();
    for (found, expected) in all(&*store, None, 100).await?.iter().zip(&written) {
        same("the entry", found, expected)?;
    }
    same("the number of entries", &all(&*store, Some(&job), 100).await?.len(), &written.len())
}

/// Output that is no text, has every byte value, or is as long as it gets, is kept as it is.
pub async fn output_is_kept_byte_for_byte(open: &impl Open) -> Checked {
    let store = open("output_is_kept_byte_for_byte").await;
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    let tails = [
        vec![0],
        b"\0\0text\0".to_vec(),
        vec![0xff, 0xfe, 0xc3, 0x28, b'\n'],
        every_byte.clone(),
        every_byte.repeat(256),
    ];
    for (number, tail) in (1..).zip(tails) {
        let job = job(&format!("output-{number}"));
        let output = KeptOutput { total: tail.len() as u64 + number, tail };
        store.append(&Entry { output: output.clone(), ..entry(&job, number) }).await?;
        let found = all(&*store, Some(&job), 10).await?.pop().map(|entry| entry.output);
        holds(format!("output {number} has changed"), found == Some(output))?;
    }
    Ok(())
}

/// The first entry of a run and outcome stays; another outcome, or the same run's id in another job, is another.
pub async fn an_entry_is_kept_once_per_run_and_outcome(open: &impl Open) -> Checked {
    let name = "an_entry_is_kept_once_per_run_and_outcome";
    let (store, other_handle) = (open(name).await, open(name).await);
    let (one, other) = (job("one"), job("other"));
    let first = entry(&one, 1);
    store.append(&first).await?;
    store.append(&first).await?;
    other_handle.append(&Entry { status: Some(9), note: Some("again".into()), ..first.clone() }).await?;
    let swap = store.swap(&one, None, &record("run-1", 1), std::slice::from_ref(&first)).await?;
    holds("the swap met a conflict", matches!(swap, Swap::Swapped(_)))?;
    same("the history", &all(&*store, Some(&one), 10).await?, &vec![first.clone()])?;
    let lost = Entry { outcome: Outcome::Lost, recorded: entry(&one, 2).recorded, ..first.clone() };
    store.append(&lost).await?;
    same("with another outcome", &all(&*store, Some(&one), 10).await?, &vec![lost, first.clone()])?;
    store.append(&Entry { job: other.clone(), ..first }).await?;
    same("of another job", &all(&*store, Some(&other), 10).await?.len(), &1)
}

/// Pages of any size lead from the newest entry to the oldest, without gaps or repetitions.
pub async fn pages_lead_to_the_end(open: &impl Open) -> Checked {
    let store = open("pages_lead_to_the_end").await;
    let job = job("many");
    let mut version = None;
    for swap in 0..MANY / PER_SWAP {
        let entries: Vec<_> = (0..PER_SWAP).map(|number| entry(&job, swap * PER_SWAP + number)).collect();
        version = match store.swap(&job, version.as_ref(), &record("run-1", swap), &entries).await? {
            Swap::Swapped(version) => Some(version),
            Swap::Conflict => return Err(Wrong::from("the swap met a conflict".to_owned())),
        };
    }
    let expected: Vec<_> = (0..MANY).rev().map(|number| format!("run-{number}")).collect();
    for limit in [41, 100, 2_500, usize::MAX] {
        let found = all(&*store, Some(&job), limit).await?;
        holds(format!("in pages of {limit}, the entries or their order are wrong"), runs(&found) == expected)?;
    }
    let found = all(&*store, None, 250).await?;
    holds("of all jobs, the entries or their order are wrong", runs(&found) == expected)
}

/// The next page goes on where the last one ended, whatever was added since.
pub async fn pages_stay_in_place_while_entries_are_added(open: &impl Open) -> Checked {
    let store = open("pages_stay_in_place_while_entries_are_added").await;
    let job = job("growing");
    for number in 1..=6 {
        store.append(&entry(&job, number)).await?;
    }
    let mut query = HistoryQuery { job: Some(job.clone()), limit: 2, before: None };
    let mut found = Vec::new();
    for added in 7..=9 {
        let page = store.history(&query).await?;
        found.extend(page.entries);
        query.before = page.next;
        store.append(&entry(&job, added)).await?;
    }
    same("the end", &query.before, &None)?;
    same("the runs", &runs(&found), &vec!["run-6", "run-5", "run-4", "run-3", "run-2", "run-1"])
}

/// The history of one job has all of it and nothing else; that of all jobs has both in order.
pub async fn one_job_is_picked_out(open: &impl Open) -> Checked {
    let store = open("one_job_is_picked_out").await;
    let (even, odd) = (job("even"), job("odd"));
    for number in 0..30 {
        store.append(&entry(if number % 2 == 0 { &even } else { &odd }, number)).await?;
    }
    for (job, rest) in [(&even, 0), (&odd, 1)] {
        let expected: Vec<_> =
            (0..30).rev().filter(|number| number % 2 == rest).map(|number| entry(job, number)).collect();
        same(&format!("the history of '{job}'"), &all(&*store, Some(job), 4).await?, &expected)?;
    }
    let expected: Vec<_> = (0..30).rev().map(|number| format!("run-{number}")).collect();
    holds("of all jobs, the entries or their order are wrong", runs(&all(&*store, None, 7).await?) == expected)?;
    same("of an unknown job", &all(&*store, Some(&job("unknown")), 7).await?, &Vec::new())
}
