//! What must hold exactly where nothing goes wrong: not one tick too few.

use bellwether_core::claim::Overlap;

use crate::fleet::Fleet;
use crate::plan::{CALM, Plan};
use crate::totals::Totals;

const FLEETS: u64 = 60;

/// Runs fleets whose commands are short, clocks good and nodes healthy, but for what `change` makes of them.
fn fleets(change: impl Fn(Plan) -> Plan) -> Vec<(u64, Plan, Totals)> {
    let plan = |seed| {
        let plan = Plan { interval: 10_000, lease: 3_000, stagger: 20, longest_command: 2_000, ..Plan::of(seed) };
        change(Plan { clock_offset: 200, retries: 0, faults: CALM, ..plan })
    };
    let run = |(seed, plan)| match Fleet::run(seed, plan) {
        Ok(totals) => (seed, plan, totals),
        Err(violation) => panic!("{violation}"),
    };
    (0..FLEETS).map(|seed| (seed, plan(seed))).map(run).collect()
}

#[test]
fn in_calm_weather_every_tick_is_started_exactly_once() {
    for (seed, plan, totals) in fleets(|plan| plan) {
        assert_eq!((totals.started_ticks, totals.starts), (plan.ticks, plan.ticks), "seed {seed}: {plan:?}");
        assert_eq!(totals.witnessed_ticks, plan.ticks, "seed {seed}: {plan:?}");
        assert_eq!(totals.lost_runs, 0, "seed {seed}: {plan:?}");
    }
}

#[test]
fn replaced_and_allowed_ticks_are_all_started_however_long_the_command_runs() {
    for overlap in [Overlap::Allow, Overlap::Replace] {
        for (seed, plan, totals) in fleets(|plan| Plan { overlap, longest_command: 25_000, ..plan }) {
            assert_eq!((totals.started_ticks, totals.starts), (plan.ticks, plan.ticks), "seed {seed}: {plan:?}");
        }
    }
}

#[test]
fn forbidden_ticks_give_way_to_a_long_command_and_to_nothing_else() {
    for (seed, plan, totals) in fleets(|plan| Plan { overlap: Overlap::Forbid, longest_command: 40_000, ..plan }) {
        assert_eq!(totals.started_ticks + totals.excused_ticks, plan.ticks, "seed {seed}: {plan:?}");
        assert!(totals.overlaps > 0 && totals.lost_runs == 0, "seed {seed}: {plan:?}");
    }
}

#[test]
fn failed_commands_start_again_within_their_claim() {
    for (seed, plan, totals) in fleets(|plan| Plan { retries: 2, longest_command: 1_000, ..plan }) {
        assert_eq!(totals.started_ticks, plan.ticks, "seed {seed}: {plan:?}");
        assert!((plan.ticks + 1..=3 * plan.ticks).contains(&totals.starts), "seed {seed}: {totals}");
    }
}

#[test]
fn a_seed_gives_the_same_fleet_every_time() {
    for seed in 0..10 {
        let run = || Fleet::run(seed, Plan::of(seed)).ok();
        assert!(run().is_some_and(|totals| Some(totals) == run()), "seed {seed}");
    }
}
