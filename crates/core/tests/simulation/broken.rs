//! Worlds that are broken on purpose: the checks must see each of them, and for what it is.

use crate::fleet::Fleet;
use crate::plan::{Defect, Plan};
use crate::violation::Kind;

/// Within how many fleets a defect must be found.
const FLEETS: u64 = 200;

/// Asserts that a fleet with a defect is caught for what it is. Others may be caught for what follows from it.
fn is_caught(defect: Defect, kinds: &[Kind]) {
    let found = (0..FLEETS).find_map(|seed| {
        let violation = Fleet::run(seed, Plan { defect: Some(defect), ..Plan::of(seed) }).err()?;
        kinds.contains(&violation.kind).then_some((seed, violation.kind))
    });
    let Some((seed, kind)) = found else { panic!("{FLEETS} fleets with {defect:?}, and none is caught for {kinds:?}") };
    println!("{defect:?}: caught in seed {seed} for {kind:?}");
}

#[test]
fn an_observer_that_waits_half_a_lease_is_caught() {
    is_caught(Defect::HastyObserver, &[Kind::LiveTogether, Kind::LostWhileRunning]);
}

#[test]
fn an_observer_that_takes_a_claim_for_a_start_is_caught() {
    is_caught(Defect::ClaimTakenForStart, &[Kind::Missed]);
}

#[test]
fn a_store_that_forgets_its_last_swap_at_a_restart_is_caught() {
    is_caught(Defect::ForgetfulStore, &[Kind::FenceNotRaised]);
}

#[test]
fn a_store_that_forgets_its_last_swap_lets_a_tick_start_twice() {
    is_caught(Defect::ForgetfulStore, &[Kind::StartedTwice]);
}

#[test]
fn a_store_that_swaps_blindly_is_caught() {
    is_caught(Defect::BlindStore, &[Kind::FenceNotRaised, Kind::TickWentBack]);
}

#[test]
fn a_runner_that_ignores_its_deadline_is_caught() {
    is_caught(Defect::DeadlineIgnored, &[Kind::LiveTogether, Kind::LostWhileRunning]);
}

#[test]
fn a_runner_that_starts_without_a_confirmed_record_is_caught() {
    is_caught(Defect::AnswerAssumed, &[Kind::StartedUnconfirmed]);
}

#[test]
fn a_runner_that_reports_an_end_too_early_is_caught() {
    is_caught(Defect::EndInvented, &[Kind::EndInvented]);
}
