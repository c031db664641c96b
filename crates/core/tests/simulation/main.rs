//! Whole fleets in virtual time: the real state machine of every wrapper against one store, while clocks disagree,
//! wrappers die, nodes are cut off and answers get lost. What must hold is checked at every step.
//!
//! A violation names its seed and how to run that alone. The environment chooses how much is simulated:
//! `BELLWETHER_SIMULATION_TICKS`, or `BELLWETHER_SIMULATION_SECONDS` for as long as that; `BELLWETHER_SIMULATION_SEED`
//! for one seed.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test: the environment says how much is simulated, totals are of interest, and a panic is a failure"
)]

mod books;
mod broken;
mod calm;
mod checks;
mod dice;
mod facts;
mod fleet;
mod plan;
mod requests;
mod seeds;
mod store;
mod totals;
mod violation;
mod weather;
mod wrapper;

use std::time::Duration;

use seeds::Budget;

/// How many ticks the test command simulates.
const TICKS: u64 = 1_000_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

#[test]
fn fleets_start_every_tick_that_they_can_and_none_twice() {
    let ticks = number("BELLWETHER_SIMULATION_TICKS").unwrap_or(TICKS);
    let seconds = number("BELLWETHER_SIMULATION_SECONDS").map(Duration::from_secs);
    let outcome = match number("BELLWETHER_SIMULATION_SEED") {
        Some(seed) => seeds::run_one(seed),
        None => seeds::run(seconds.map_or(Budget::Ticks(ticks), Budget::Time)),
    };
    match outcome {
        Ok(report) => seeds::tell(&report),
        Err(violation) => panic!("{violation}"),
    }
}
