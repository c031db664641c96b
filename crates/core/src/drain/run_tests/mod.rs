mod crashes;
mod world;

use std::time::Duration;

use super::*;
use crate::drain::report::TroubleKind;
use world::{Crash, Fault, SECOND, State, World, classic, group};

fn four() -> Vec<Place> {
    vec![classic("a"), classic("b"), group("a", 80), group("a", 81)]
}

#[test]
fn a_drain_asks_once_for_all_places_and_waits_until_each_is_out() {
    let mut world = World::new(&four());
    let report = world.drain();
    assert!(report.is_complete() && world.all(Goal::Out), "{report:?}");
    assert_eq!(world.log[..3], ["save Draining", "deregister 4", "save Draining"]);
    assert_eq!(world.log.iter().filter(|line| line.starts_with("deregister")).count(), 1);
    assert_eq!(world.log[world.log.len() - 2..], ["save Drained", "done"]);
    assert_eq!(world.kept().phase, Phase::Drained);
}

#[test]
fn undrain_returns_to_the_same_places_and_ports() {
    let mut world = World::new(&four());
    let before: Vec<_> = world.balancers.keys().cloned().collect();
    world.drain();
    let report = world.undrain();
    assert!(report.is_complete() && world.all(Goal::In), "{report:?}");
    let returned: Vec<_> = report.endings.iter().map(|(place, _)| place.clone()).collect();
    assert_eq!(returned, before);
    assert_eq!(world.kept().phase, Phase::Returned);
    world.log.clear();
    world.undrain();
    assert_eq!(world.log, ["save Returned", "done"], "nothing is left to do");
}

#[test]
fn the_node_serves_on_for_the_settle_time() {
    for (settle, drains_for) in [(SECOND * 15, Duration::ZERO), (SECOND * 15, SECOND * 90), (SECOND * 40, SECOND)] {
        let mut world = World::new(&[group("a", 80)]);
        world.change(&group("a", 80), |balancer| balancer.drains_for = drains_for);
        let started = world.now;
        let run = Run::drain(world.plan(), Options { settle, limit: None }, world.at());
        assert!(world.run(run).is_complete());
        let took = world.now - started;
        let at_least = settle.max(drains_for);
        assert!(took >= at_least && took <= at_least + SECOND * 10, "{settle:?} {drains_for:?}: {took:?}");
    }
}

#[test]
fn a_finished_drain_says_so_again_at_once_unless_the_node_was_put_back() {
    let mut world = World::new(&four());
    world.drain();
    let (again, started) = (world.kept(), world.now);
    let run = Run::drain(again.clone(), Options::default(), world.at());
    assert!(world.run(run).is_complete());
    assert_eq!(world.now, started);
    world.change(&group("a", 80), |balancer| balancer.state = State::In);
    let run = Run::drain(again, Options::default(), world.at());
    assert!(world.run(run).is_complete() && world.all(Goal::Out));
    assert!(world.now >= started + SECOND * 30);
}

#[test]
fn a_drain_that_goes_on_leaves_also_the_places_that_the_node_has_come_to_since() {
    for finished in [false, true] {
        let mut world = World::new(&four());
        let mut early = world.plan();
        let late = early.entries.pop().unwrap();
        let run = Run::drain(early, Options::default(), world.at());
        let crash = (!finished).then_some(Crash { step: 2, before: false });
        world.drive(run, crash, |_, _| {});
        assert!(!world.all(Goal::Out));
        let mut kept = world.kept();
        let known = kept.entries[0].clone();
        let again = [late, known].map(|entry| (entry.place, Standing::Draining, entry.timing));
        kept.add(vec![(again[0].0.clone(), Standing::InService, again[0].2), again[1].clone()], world.at().wall);
        assert_eq!(kept.entries.len(), 4);
        let run = Run::drain(kept, Options::default(), world.at());
        assert!(world.run(run).is_complete() && world.all(Goal::Out));
        world.undrain();
        assert!(world.all(Goal::In));
    }
}

#[test]
fn registering_while_draining_is_repeated_when_it_did_nothing() {
    for deaf in [true, false] {
        let mut world = World::new(&[group("a", 80)]);
        world.change(&group("a", 80), |balancer| {
            (balancer.deaf_while_draining, balancer.drains_for) = (deaf, SECOND * 10);
        });
        let crash = Crash { step: 2, before: false };
        let run = Run::drain(world.plan(), Options::default(), world.at());
        assert!(world.drive(run, Some(crash), |_, _| {}).is_none());
        world.log.clear();
        let started = world.now;
        let report = world.undrain();
        assert!(report.is_complete() && world.all(Goal::In), "{report:?}");
        let requests = world.log.iter().filter(|line| line.starts_with("register")).count();
        assert_eq!(requests, if deaf { 2 } else { 1 });
        // 10 s until it is out, 20 s until it is in again, and the pauses between looks.
        assert!(world.now - started <= SECOND * 40, "{:?}", world.now - started);
    }
}

#[test]
fn a_place_that_somebody_else_drains_is_waited_for_and_not_returned() {
    let mut world = World::new(&[group("a", 80), group("b", 80)]);
    let until = world.now + SECOND * 20;
    world.change(&group("b", 80), |balancer| balancer.state = State::Draining { until });
    assert!(world.drain().is_complete());
    assert_eq!(world.log[1], "deregister 1");
    world.undrain();
    assert_eq!(world.balancers[&group("a", 80)].state, State::In);
    assert_eq!(world.balancers[&group("b", 80)].state, State::Out);
}

#[test]
fn what_was_deleted_or_deregistered_meanwhile_counts_as_out() {
    for state in [State::Gone, State::Out] {
        for step in 0..8 {
            let mut world = World::new(&four());
            let run = Run::drain(world.plan(), Options::default(), world.at());
            let report = world.drive(run, None, |world, at| {
                if at == step {
                    world.change(&classic("a"), |balancer| balancer.state = state);
                    world.change(&group("a", 80), |balancer| balancer.state = state);
                }
            });
            assert!(report.unwrap().is_complete(), "{state:?} at {step}");
            let report = world.undrain();
            assert!(report.is_complete(), "{report:?}");
            let gone = report.endings.iter().filter(|(_, ending)| *ending == Ending::Gone).count();
            assert_eq!(gone, if state == State::Gone { 2 } else { 0 }, "{state:?} at {step}");
        }
    }
}

#[test]
fn a_node_that_is_put_back_again_and_again_is_given_up_with_an_account() {
    let mut world = World::new(&[group("a", 80)]);
    let run = Run::drain(world.plan(), Options::default(), world.at());
    let back = |world: &mut World, _| world.change(&group("a", 80), |balancer| balancer.state = State::In);
    let report = world.drive(run, None, back).unwrap();
    let (_, ending) = report.missing().next().expect("it is not out");
    assert_eq!(ending.to_string(), "overdue; last seen in service");
    assert_eq!(world.log.iter().filter(|line| line.starts_with("deregister")).count(), 3);
    assert_eq!(world.kept().phase, Phase::Draining);
}

#[test]
fn the_time_of_connection_draining_ends_a_classic_drain_and_not_that_of_a_target_group() {
    let mut world = World::new(&[classic("a"), group("a", 80)]);
    let never = world.now + SECOND * 100_000;
    let run = Run::drain(world.plan(), Options::default(), world.at());
    let stuck = |world: &mut World, _| {
        for balancer in world.balancers.values_mut() {
            if let State::Draining { until } = &mut balancer.state {
                *until = never;
            }
        }
    };
    let report = world.drive(run, None, stuck).unwrap();
    assert_eq!(report.endings[0].1, Ending::DrainedByTime);
    assert!(report.endings[1].1.to_string().contains("last seen draining"), "{}", report.endings[1].1);
    assert!(!report.is_complete());
}

#[test]
fn without_connection_draining_the_deregistration_is_all_there_is_to_wait_for() {
    let mut world = World::new(&[classic("a")]);
    let mut timings = world.timings();
    timings[0].1.drains_within = Duration::ZERO;
    let started = world.now;
    let options = Options { settle: Duration::ZERO, limit: None };
    let run = Run::without_journal(Goal::Out, &timings, true, options, world.at());
    assert!(world.run(run).is_complete());
    assert_eq!(world.now, started + SECOND);
}

#[test]
fn a_denied_request_fails_one_place_and_the_account_says_why() {
    let mut world = World::new(&four());
    world.denied = Some("deregister");
    let report = world.drain();
    assert_eq!(report.missing().count(), 4);
    assert!(matches!(&report.endings[0].1, Ending::Failed(trouble) if trouble.kind == TroubleKind::Final));
    assert_eq!(world.kept().phase, Phase::Draining, "it can be tried again or undone");
}

#[test]
fn a_node_whose_health_may_not_be_seen_is_returned_all_the_same() {
    let mut world = World::new(&four());
    world.drain();
    world.denied = Some("observe");
    let report = world.undrain();
    assert!(!report.is_complete());
    let registered = |state| matches!(state, State::Starting { .. } | State::In);
    assert!(world.balancers.values().all(|balancer| registered(balancer.state)), "{:?}", world.balancers);
}

#[test]
fn nothing_is_taken_out_when_the_journal_cannot_be_written() {
    let mut world = World::new(&four());
    world.disk_full = true;
    let report = world.drain();
    assert!(world.all(Goal::In) && !report.is_complete());
    assert!(report.endings[0].1.to_string().contains("no space left"), "{}", report.endings[0].1);
}

#[test]
fn a_journal_that_cannot_be_written_any_more_stops_neither_the_drain_nor_the_return() {
    let mut world = World::new(&four());
    let run = Run::drain(world.plan(), Options::default(), world.at());
    let report = world.drive(run, None, |world, step| world.disk_full = step > 1).unwrap();
    assert!(report.is_complete() && world.all(Goal::Out));
    assert!(report.journal_failed.is_some());
    let report = world.undrain();
    assert!(report.is_complete() && world.all(Goal::In));
    assert!(report.journal_failed.is_some());
}

#[test]
fn throttled_rounds_are_further_apart() {
    let looks = |faults: usize| {
        let mut world = World::new(&[group("a", 80)]);
        world.change(&group("a", 80), |balancer| balancer.drains_for = SECOND * 60);
        let run = Run::drain(world.plan(), Options::default(), world.at());
        let throttled = |world: &mut World, step| {
            if step == 3 {
                world.faults = vec![Fault::Throttled; faults];
            }
        };
        assert!(world.drive(run, None, throttled).unwrap().is_complete());
        world.log.iter().filter(|line| line.starts_with("observe")).count()
    };
    assert!(looks(4) < looks(0) / 2, "{} {}", looks(4), looks(0));
}

#[test]
fn a_limit_of_the_caller_ends_it_with_an_account() {
    let mut world = World::new(&four());
    let started = world.now;
    let options = Options { limit: Some(SECOND * 10), ..Options::default() };
    let run = Run::drain(world.plan(), options, world.at());
    let report = world.run(run);
    assert_eq!(world.now, started + SECOND * 10);
    assert_eq!(report.missing().count(), 4);
    assert!(report.missing().all(|(_, ending)| ending.to_string().contains("last seen draining")));
    assert!(world.undrain().is_complete());
}

#[test]
fn a_limit_of_the_caller_does_not_cut_the_settle_time_of_a_node_that_is_out() {
    for limit in [SECOND * 5, SECOND * 20] {
        let mut world = World::new(&[classic("a"), group("a", 80)]);
        world.change(&classic("a"), |balancer| balancer.drains_for = SECOND);
        world.change(&group("a", 80), |balancer| balancer.drains_for = SECOND);
        let started = world.now;
        let options = Options { settle: SECOND * 40, limit: Some(limit) };
        let run = Run::drain(world.plan(), options, world.at());
        assert!(world.run(run).is_complete());
        assert!(world.now >= started + SECOND * 40, "{:?}", world.now - started);
        assert_eq!(world.kept().phase, Phase::Drained);
    }
}

#[test]
fn an_interrupted_drain_ends_at_once_and_can_be_undone() {
    let mut world = World::new(&four());
    let mut run = Run::drain(world.plan(), Options::default(), world.at());
    assert!(matches!(run.step(Event::Begin, world.at()), Action::Save(_)));
    assert!(matches!(run.step(Event::Saved, world.at()), Action::Deregister(_)));
    let mut action = run.step(Event::Interrupted, world.at());
    if let Action::Save(journal) = action {
        assert_eq!((journal.phase, journal.to_return().count()), (Phase::Draining, 4));
        action = run.step(Event::Saved, world.at());
    }
    let Action::Done(report) = action else { panic!("it goes on: {action:?}") };
    assert!(report.endings.iter().all(|(_, ending)| matches!(ending, Ending::Interrupted { .. })), "{report:?}");
}

#[test]
fn waiting_without_asking_sees_who_is_missing_and_why() {
    let mut world = World::new(&four());
    let until = world.now + SECOND * 20;
    for place in four() {
        world.change(&place, |balancer| balancer.state = State::Starting { until });
    }
    world.change(&group("a", 81), |balancer| balancer.state = State::Out);
    let run = Run::without_journal(Goal::In, &world.timings(), false, Options::default(), world.at());
    let report = world.run(run);
    let missing: Vec<_> = report.missing().map(|(place, ending)| format!("{place}: {ending}")).collect();
    assert_eq!(missing, ["i-1:81 in alb:a: overdue; last seen not registered"]);
    assert!(!world.log.iter().any(|line| line.starts_with("register")));
}

#[test]
fn registering_without_a_journal_waits_until_in_service() {
    let mut world = World::new(&four());
    for place in four() {
        world.change(&place, |balancer| balancer.state = State::Out);
    }
    let run = Run::without_journal(Goal::In, &world.timings(), true, Options::default(), world.at());
    assert!(world.run(run).is_complete() && world.all(Goal::In));
    assert!(!world.log.iter().any(|line| line.starts_with("save")));
}

#[test]
fn progress_shows_each_place() {
    let world = World::new(&four());
    let run = Run::without_journal(Goal::In, &world.timings(), true, Options::default(), world.at());
    let shown: Vec<_> = run.progress().map(|progress| (progress.place.clone(), progress.stage)).collect();
    assert_eq!(shown, four().into_iter().map(|place| (place, Stage::Planned)).collect::<Vec<_>>());
}

#[test]
fn a_node_in_no_load_balancer_is_drained_at_once() {
    let mut world = World::new(&[]);
    let started = world.now;
    assert!(world.drain().is_complete());
    assert_eq!((world.now, world.kept().phase), (started, Phase::Drained));
}
