//! The claim's state machine, checked exhaustively: every order in which three nodes can act on two ticks, with every
//! way in which a bounded number of faults can strike them: deaths, suspensions, lost requests, lost answers, late
//! requests. The model calls the very function that the program calls.
//!
//! `BELLWETHER_MODEL_FAULTS` sets how many faults may strike in every checked world.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test: a panic is a failure, and its size is of interest"
)]

mod fleet;

use std::time::Duration;

use bellwether_core::claim::{OnLost, Overlap};
use fleet::{Fleet, Plan, World};
use stateright::{Checker, Model, Property};

impl Model for Plan {
    type State = Fleet;
    type Action = World;

    fn init_states(&self) -> Vec<Fleet> {
        vec![Fleet::new(self)]
    }

    fn actions(&self, fleet: &Fleet, actions: &mut Vec<World>) {
        fleet.actions(self, actions);
    }

    fn next_state(&self, fleet: &Fleet, action: World) -> Option<Fleet> {
        fleet.after(self, action)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("each attempt of a tick starts once", |_: &Plan, fleet: &Fleet| {
                !fleet.attempt_started_twice()
            }),
            Property::always("under skip each tick starts once", |plan: &Plan, fleet: &Fleet| {
                plan.on_lost == OnLost::Rerun || !fleet.tick_started_twice()
            }),
            Property::always("fences grow from claim to claim", |_: &Plan, fleet: &Fleet| !fleet.fence_stood_still()),
            Property::always("no two runs are alive at a time", |plan: &Plan, fleet: &Fleet| {
                plan.overlap == Overlap::Allow || !fleet.two_alive()
            }),
            Property::always("the machine never ends while its command runs", |_: &Plan, fleet: &Fleet| {
                !fleet.ended_too_early()
            }),
            Property::sometimes("both ticks are run", |_: &Plan, fleet: &Fleet| fleet.ticks_started() == 2),
        ]
    }
}

const PLAN: Plan = Plan {
    nodes: [3, 3],
    faults: 1,
    overlap: Overlap::Forbid,
    on_lost: OnLost::Skip,
    standby: false,
    command: 9,
    fast_clock: false,
    blind_store: false,
};

fn check(plan: Plan) {
    let faults = std::env::var("BELLWETHER_MODEL_FAULTS").ok().map(|faults| faults.parse().unwrap());
    let plan = Plan { faults: faults.unwrap_or(plan.faults), ..plan };
    let checker = plan.checker().threads(2).spawn_dfs().join();
    println!("{plan:?}: {} states, {} of them distinct", checker.state_count(), checker.unique_state_count());
    checker.assert_properties();
}

/// Runs the checker until it finds what is wrong; the name of a property that does not hold.
fn what_breaks(plan: Plan) -> Option<&'static str> {
    let checker = plan.checker().threads(2).timeout(Duration::from_secs(120)).spawn_bfs().join();
    let discoveries = checker.discoveries();
    discoveries.keys().copied().find(|name| *name != "both ticks are run")
}

#[test]
fn forbid_and_skip() {
    check(PLAN);
}

#[test]
fn forbid_and_skip_with_two_faults() {
    check(Plan { nodes: [2, 1], faults: 2, ..PLAN });
}

#[test]
fn forbid_and_rerun_on_standby() {
    check(Plan { on_lost: OnLost::Rerun, standby: true, nodes: [2, 2], ..PLAN });
}

#[test]
fn replace() {
    check(Plan { overlap: Overlap::Replace, nodes: [2, 2], ..PLAN });
}

#[test]
fn allow() {
    check(Plan { overlap: Overlap::Allow, ..PLAN });
}

#[test]
fn a_store_that_swaps_blindly_is_caught() {
    let broken = what_breaks(Plan { blind_store: true, nodes: [2, 1], faults: 0, ..PLAN });
    assert!(broken.is_some(), "the checker sees nothing wrong with a store that ignores versions");
}

#[test]
fn an_observer_whose_clock_runs_double_is_caught() {
    let plan = Plan { fast_clock: true, on_lost: OnLost::Rerun, standby: true, nodes: [2, 1], ..PLAN };
    assert!(what_breaks(plan).is_some(), "the checker sees nothing wrong with an observer that waits half a lease");
}
