//! What every claim store must do. Each check is one function; [`run_all`] runs them all.
//!
//! - [`swaps`]: the compare-and-swap, alone and under competition.
//! - [`names`]: which names and jobs are told apart.
//! - [`faults`]: what a client can find out after a fault.
//! - [`history`]: the history.
//! - [`records`]: the records of all jobs at once.
//! - [`prune`]: old history is removed, and nothing else.
//! - [`format`]: records this release cannot read.

pub mod faults;
pub mod format;
pub mod history;
pub mod names;
pub mod prune;
pub mod records;
pub mod swaps;

use bellwether_core::names::JobName;
use bellwether_core::store::{ClaimStore, StoreError};

/// Opens a handle to a store. The same name is the same store, and another name one that shares nothing with it.
///
/// The names are those of the checks. Who runs the suite more than once on one server must add to them what makes
/// them new.
pub trait Open: AsyncFn(&str) -> Box<dyn ClaimStore> {}

impl<F: AsyncFn(&str) -> Box<dyn ClaimStore>> Open for F {}

/// Puts a text in the place of a job's record in the store of a name.
pub trait Plant: AsyncFn(&str, &JobName, &str) {}

impl<F: AsyncFn(&str, &JobName, &str)> Plant for F {}

/// What a check found wrong.
#[derive(Debug)]
pub struct Wrong(String);

impl From<StoreError> for Wrong {
    fn from(error: StoreError) -> Self {
        Self(format!("the store failed: {error}"))
    }
}

impl From<String> for Wrong {
    fn from(what: String) -> Self {
        Self(what)
    }
}

/// What a check gives.
pub type Checked = Result<(), Wrong>;

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Checked {
    if found == expected {
        return Ok(());
    }
    Err(Wrong(format!("{what}: found {found:?}, expected {expected:?}")))
}

fn holds(what: impl Into<String>, condition: bool) -> Checked {
    if condition { Ok(()) } else { Err(Wrong(what.into())) }
}

/// The names of the checks that failed, and what they found.
fn failed(results: impl IntoIterator<Item = (&'static str, Checked)>) -> Vec<String> {
    let failed = results.into_iter().filter_map(|(name, checked)| checked.err().map(|Wrong(what)| (name, what)));
    failed.map(|(name, what)| format!("{name}: {what}")).collect()
}

fn report(failed: &[String]) {
    assert!(failed.is_empty(), "the store does not conform:\n{}", failed.join("\n"));
}

/// Runs checks by their paths and gives their names and results; each opens stores by its own name.
macro_rules! results {
    ($($group:ident :: $check:ident ( $($argument:expr),* )),* $(,)?) => {
        [$((stringify!($check), $group::$check($($argument),*).await)),*]
    };
}

/// Runs all checks but those of [`run_format`], and panics with the names of all that fail.
pub async fn run_all(open: &impl Open) {
    report(&check_all(open).await);
}

async fn check_all(open: &impl Open) -> Vec<String> {
    failed(results![
        swaps::an_unknown_job_has_no_record(open),
        swaps::a_record_reads_back_as_it_was_written(open),
        swaps::a_confirmed_swap_is_seen_by_other_handles(open),
        swaps::a_conflict_changes_nothing(open),
        swaps::one_of_many_creators_wins(open),
        swaps::competing_increments_are_all_kept(open),
        swaps::a_swap_brings_its_entries(open),
        names::any_name_is_kept_and_told_apart(open),
        names::jobs_do_not_touch_each_other(open),
        faults::a_lost_answer_is_resolved_by_reading_back(open),
        faults::a_call_that_was_not_made_changes_nothing(open),
        faults::increments_survive_faults_by_chance(open),
        history::an_entry_reads_back_as_it_was_written(open),
        history::output_is_kept_byte_for_byte(open),
        history::an_entry_is_kept_once_per_run_and_outcome(open),
        history::pages_lead_to_the_end(open),
        history::pages_stay_in_place_while_entries_are_added(open),
        history::one_job_is_picked_out(open),
        records::a_new_store_has_no_records(open),
        records::all_records_are_read_in_order(open),
        prune::only_what_was_recorded_earlier_is_pruned(open),
        prune::pruning_leaves_the_records(open),
        prune::what_was_pruned_can_be_added_again(open),
        prune::any_number_of_lines_is_pruned(open),
    ])
}

/// Runs the checks that need a way to plant text in the store, and panics with the names of all that fail.
pub async fn run_format(open: &impl Open, plant: &impl Plant) {
    report(&failed(results![
        format::what_cannot_be_read_is_refused(open, plant),
        format::records_are_not_given_in_part(open, plant),
    ]));
}

#[cfg(test)]
#[path = "broken_stores_tests.rs"]
mod broken_stores_tests;
