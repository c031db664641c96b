//! The program is killed after every step, and resumed or turned round.

use proptest::prelude::*;

use super::world::{Crash, Fault, SECOND, State, World, classic, group};
use crate::drain::{Goal, Journal, Options, Phase, Place, Run};

/// What the program is started for again.
fn start(world: &mut World, goal: Goal) -> Option<Run> {
    let kept = world.disk.as_ref().map(|text| Journal::decode(text).unwrap());
    match (goal, kept) {
        (Goal::Out, Some(journal)) if !journal.is_over() => Some(Run::drain(journal, Options::default(), world.at())),
        (Goal::Out, _) => {
            let plan = world.plan();
            Some(Run::drain(plan, Options::default(), world.at()))
        }
        (Goal::In, Some(journal)) => Some(Run::undrain(journal, Options::default(), world.at())),
        (Goal::In, None) => None,
    }
}

/// Starts the program with each goal in turn and kills it as told; the last start is never killed.
fn live(world: &mut World, killed: &[(Goal, Crash)], last: Goal) {
    for (goal, crash) in killed {
        if let Some(run) = start(world, *goal) {
            world.drive(run, Some(*crash), |_, _| {});
        }
    }
    if let Some(run) = start(world, last) {
        world.run(run);
    }
}

fn places() -> Vec<Place> {
    vec![classic("a"), classic("b"), group("a", 80), group("a", 81), group("b", 80)]
}

fn check(world: &mut World, goal: Goal) {
    assert!(world.all(goal), "{goal:?}: {:?}\n{:#?}", world.balancers, world.log);
    if let Some(text) = &world.disk {
        let phase = Journal::decode(text).unwrap().phase;
        assert_eq!(phase, if goal == Goal::Out { Phase::Drained } else { Phase::Returned });
    }
}

#[test]
fn a_crash_at_any_step_is_resumed_or_undone() {
    let steps = {
        let mut world = World::new(&places());
        world.drain();
        world.log.len()
    };
    assert!(steps > 8, "{steps}");
    for step in 0..steps {
        for before in [true, false] {
            for goal in [Goal::Out, Goal::In] {
                let mut world = World::new(&places());
                live(&mut world, &[(Goal::Out, Crash { step, before })], goal);
                check(&mut world, goal);
                // Whatever was taken out can be put back.
                if goal == Goal::Out {
                    world.undrain();
                    check(&mut world, Goal::In);
                }
            }
        }
    }
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![4 => Just(Fault::None), 1 => Just(Fault::Throttled), 1 => Just(Fault::Lost)];
    prop::collection::vec(fault, 0..30)
}

fn crashes() -> impl Strategy<Value = Vec<(Goal, Crash)>> {
    let crash = (0_usize..14, any::<bool>(), any::<bool>())
        .prop_map(|(step, before, out)| (if out { Goal::Out } else { Goal::In }, Crash { step, before }));
    prop::collection::vec(crash, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_crash_and_no_fault_leaves_a_node_out_for_ever(
        faults in faults(),
        crashes in crashes(),
        last in prop_oneof![Just(Goal::Out), Just(Goal::In)],
        drains in prop::collection::vec(0_u32..90, 5),
        deaf in prop::collection::vec(any::<bool>(), 5),
        gone in prop::option::of(0_usize..5),
    ) {
        let mut world = World::new(&places());
        for ((place, drains), deaf) in places().iter().zip(drains).zip(deaf) {
            world.change(place, |balancer| {
                balancer.drains_for = SECOND * drains;
                balancer.deaf_while_draining = deaf;
            });
        }
        world.faults = faults;
        if let Some(gone) = gone {
            let first = Run::drain(world.plan(), Options::default(), world.at());
            world.drive(first, Some(Crash { step: 2, before: true }), |_, _| {});
            world.change(&places()[gone], |balancer| balancer.state = State::Gone);
        }
        live(&mut world, &crashes, last);
        check(&mut world, last);
        if last == Goal::Out {
            world.undrain();
            check(&mut world, Goal::In);
        }
    }
}
