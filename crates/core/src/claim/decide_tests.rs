use super::*;

const LEASE: Duration = Duration::from_secs(30);

fn tick(minute: i64) -> Tick {
    Tick::at(Timestamp::from_second(minute * 60).unwrap())
}

fn me() -> Contender {
    Contender {
        job: JobName::new("job").unwrap(),
        tick: tick(10),
        next: None,
        run_id: RunId::new("mine").unwrap(),
        node: NodeId::new("here").unwrap(),
        lease: LEASE,
        overlap: Overlap::Forbid,
        on_lost: OnLost::Skip,
        standby: false,
        stagger: Duration::ZERO,
        retries: 0,
        retry_delay: Duration::ZERO,
    }
}

fn theirs(minute: i64, state: State) -> Record {
    Record {
        tick: tick(minute),
        run_id: RunId::new("theirs").unwrap(),
        node: NodeId::new("there").unwrap(),
        fence: 6,
        attempt: 1,
        state,
        beat: 4,
        lease: LEASE,
        started: (state != State::Claimed).then(|| tick(minute).instant()),
        ended: None,
        status: None,
        displaced: None,
        next: None,
    }
}

const FRESH: Evidence = Evidence { unchanged_for: Duration::ZERO, seen_beating: false, liveness: Liveness::Unknown };
const BEATING: Evidence = Evidence { seen_beating: true, ..FRESH };
const STALE: Evidence = Evidence { unchanged_for: LEASE, ..FRESH };
const GONE: Evidence = Evidence { liveness: Liveness::Gone, ..FRESH };
const ALIVE: Evidence = Evidence { liveness: Liveness::Alive, ..FRESH };

fn decided(me: &Contender, record: &Record, evidence: Evidence) -> Decision {
    decide(me, Some(record), evidence, tick(10).instant())
}

fn claimed(decision: Decision) -> (Record, Vec<Outcome>) {
    match decision {
        Decision::Claim(record, entries) => (*record, entries.iter().map(|entry| entry.outcome).collect()),
        other => panic!("no claim: {other:?}"),
    }
}

#[test]
fn the_first_claim_of_a_job_has_fence_one() {
    let decision = decide(&me(), None, FRESH, tick(10).instant());
    let (record, entries) = claimed(decision);
    assert_eq!((record.fence, record.attempt, record.state), (1, 1, State::Claimed));
    assert!(entries.is_empty());
}

#[test]
fn a_tick_that_is_taken_done_lost_or_past_is_left_alone() {
    for (record, evidence) in [
        (theirs(10, State::Started), FRESH),
        (theirs(10, State::Done), FRESH),
        (theirs(10, State::Done), STALE),
        (theirs(10, State::Lost), STALE),
        (theirs(11, State::Claimed), STALE),
        (theirs(11, State::Done), GONE),
    ] {
        assert!(
            matches!(decided(&me(), &record, evidence), Decision::Skip(_, entries) if entries.is_empty()),
            "{record:?}"
        );
    }
}

#[test]
fn a_claim_without_a_start_is_watched_and_taken_over_when_its_lease_is_over() {
    assert!(matches!(decided(&me(), &theirs(10, State::Claimed), FRESH), Decision::Watch(_)));
    for evidence in [STALE, GONE] {
        let (record, _) = claimed(decided(&me(), &theirs(10, State::Claimed), evidence));
        assert_eq!((record.fence, record.attempt), (7, 1));
    }
}

#[test]
fn a_dead_runner_of_the_same_tick_is_marked_or_run_again() {
    let Decision::MarkLost(record, entries) = decided(&me(), &theirs(10, State::Started), GONE) else {
        panic!("no mark")
    };
    assert_eq!((record.state, record.run_id.as_str(), entries[0].outcome), (State::Lost, "theirs", Outcome::Lost));
    let rerun = Contender { on_lost: OnLost::Rerun, ..me() };
    let (record, entries) = claimed(decided(&rerun, &theirs(10, State::Started), STALE));
    assert_eq!((record.fence, record.attempt), (7, 2));
    assert_eq!(entries, [Outcome::Lost]);
}

#[test]
fn standby_watches_a_running_tick_and_never_past_the_end_of_its_lease() {
    let standby = Contender { standby: true, ..me() };
    let near_the_end = Evidence { unchanged_for: Duration::from_secs(29), ..FRESH };
    assert_eq!(decided(&standby, &theirs(10, State::Started), near_the_end), Decision::Watch(Duration::from_secs(1)));
}

#[test]
fn forbid_skips_only_a_run_that_is_known_to_live() {
    assert!(matches!(decided(&me(), &theirs(9, State::Started), FRESH), Decision::Watch(_)));
    for evidence in [BEATING, ALIVE] {
        let decision = decided(&me(), &theirs(9, State::Started), evidence);
        let Decision::Skip(Skip::Overlap(_), entries) = decision else { panic!("{decision:?}") };
        assert_eq!((entries[0].outcome, entries[0].tick), (Outcome::Skipped, tick(10)));
    }
    let (record, entries) = claimed(decided(&me(), &theirs(9, State::Started), STALE));
    assert_eq!((record.tick, record.fence, record.attempt), (tick(10), 7, 1));
    assert_eq!(entries, [Outcome::Lost]);
}

#[test]
fn allow_starts_beside_and_replace_names_whom_it_waits_for() {
    let allow = Contender { overlap: Overlap::Allow, ..me() };
    assert_eq!(claimed(decided(&allow, &theirs(9, State::Started), ALIVE)).0.displaced, None);
    let replace = Contender { overlap: Overlap::Replace, ..me() };
    let (record, _) = claimed(decided(&replace, &theirs(9, State::Started), ALIVE));
    let displaced = record.displaced.expect("somebody to wait for");
    assert_eq!((displaced.run_id.as_str(), displaced.lease, displaced.stopped), ("theirs", LEASE, false));
    let was = displaced.was.expect("what history needs");
    assert_eq!((was.tick, was.node.as_str(), was.fence, was.started), (tick(9), "there", 6, Some(tick(9).instant())));
}

#[test]
fn whoever_replaces_a_waiting_claim_waits_in_its_place() {
    let waits_for = Displaced { run_id: RunId::new("oldest").unwrap(), lease: LEASE, stopped: false, was: None };
    let waiting = Record { displaced: Some(waits_for.clone()), ..theirs(9, State::Claimed) };
    let replace = Contender { overlap: Overlap::Replace, ..me() };
    assert_eq!(claimed(decided(&replace, &waiting, FRESH)).0.displaced, Some(waits_for.clone()));
    assert_eq!(claimed(decided(&me(), &waiting, STALE)).0.displaced, Some(waits_for.clone()));
    let same_tick = Record { tick: tick(10), ..waiting };
    assert_eq!(claimed(decided(&me(), &same_tick, STALE)).0.displaced, Some(waits_for));
}
