use proptest::prelude::*;

use super::super::NodeState;
use super::*;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const LEAD: SignedDuration = SignedDuration::from_mins(5);

fn word(text: &str) -> Word {
    Word::new(text).unwrap()
}

fn state(source: &str, state: NodeState) -> Notice {
    Notice::of_state(&word(source), state, word(state.as_str()))
}

fn event(source: &str, id: &str) -> Notice {
    Notice::of_event(&word(source), NodeState::Terminating, word("terminate"), &word(id))
}

/// Observes, and acts on all that is pending; the keys of that.
fn act(ledger: &mut Ledger, source: &str, notices: Vec<Notice>) -> Vec<String> {
    ledger.observe(&word(source), notices);
    let pending = ledger.pending(NOW, LEAD);
    pending.iter().for_each(|notice| ledger.acted_on(&notice.key));
    pending.into_iter().map(|notice| notice.key.as_str().to_owned()).collect()
}

/// As after a restart.
fn restarted(ledger: &Ledger) -> Ledger {
    serde_json::from_str(&serde_json::to_string(ledger).unwrap()).unwrap()
}

#[test]
fn a_notice_is_acted_on_once() {
    let mut ledger = Ledger::default();
    assert_eq!(act(&mut ledger, "spot", vec![event("spot", "1")]), ["spot/terminate/1"]);
    assert!(act(&mut ledger, "spot", vec![event("spot", "1")]).is_empty());
    let mut ledger = restarted(&ledger);
    assert!(act(&mut ledger, "spot", vec![event("spot", "1")]).is_empty(), "nor after a restart");
    assert_eq!(act(&mut ledger, "spot", vec![event("spot", "2")]), ["spot/terminate/2"]);
}

#[test]
fn an_event_that_its_source_forgets_for_a_while_is_not_acted_on_again() {
    let mut ledger = Ledger::default();
    act(&mut ledger, "spot", vec![event("spot", "1")]);
    assert!(act(&mut ledger, "spot", Vec::new()).is_empty());
    assert!(act(&mut ledger, "spot", vec![event("spot", "1")]).is_empty());
}

#[test]
fn a_state_is_acted_on_each_time_it_is_entered() {
    let mut ledger = Ledger::default();
    let mut see = |now| act(&mut ledger, "cs", vec![state("cs", now)]);
    assert!(see(NodeState::Running).is_empty(), "found running: nothing to act on");
    assert_eq!(see(NodeState::Draining), ["cs/draining"]);
    assert!(see(NodeState::Draining).is_empty());
    assert_eq!(see(NodeState::Running), ["cs/running"], "back in service");
    assert_eq!(see(NodeState::Draining), ["cs/draining"]);
}

#[test]
fn a_node_found_leaving_is_acted_on_and_one_found_out_of_service_is_not() {
    for found in NodeState::ALL {
        let mut ledger = Ledger::default();
        assert_eq!(act(&mut ledger, "a", vec![state("a", found)]).len(), usize::from(found.is_leaving()), "{found}");
    }
}

#[test]
fn a_change_during_a_restart_is_a_change() {
    let mut ledger = Ledger::default();
    act(&mut ledger, "cs", vec![state("cs", NodeState::Running)]);
    let mut ledger = restarted(&ledger);
    assert_eq!(act(&mut ledger, "cs", vec![state("cs", NodeState::OutOfService)]), ["cs/out-of-service"]);
    let ledger = restarted(&ledger);
    assert_eq!(ledger.previous(&word("cs")), Some(&word("running")));
    assert_eq!(ledger.present(&word("cs")), Some(&word("out-of-service")));
}

#[test]
fn the_previous_state_is_that_of_the_same_source() {
    let mut ledger = Ledger::default();
    let source = word("cs");
    ledger.observe(&source, Vec::new());
    ledger.observe(&word("asg"), vec![state("asg", NodeState::Terminating)]);
    ledger.observe(&source, vec![state("cs", NodeState::Running)]);
    assert_eq!(ledger.previous(&source), None, "nothing was said before");
    ledger.observe(&source, vec![state("cs", NodeState::Draining)]);
    ledger.observe(&source, vec![state("cs", NodeState::Draining).because("still")]);
    assert_eq!(ledger.previous(&source), Some(&word("running")));
}

#[test]
fn sources_do_not_touch_each_other() {
    let mut ledger = Ledger::default();
    act(&mut ledger, "a", vec![state("a", NodeState::Draining)]);
    assert_eq!(act(&mut ledger, "a:b", vec![state("a:b", NodeState::Draining)]), ["a:b/draining"]);
    ledger.observe(&word("a:b"), Vec::new());
    assert_eq!(ledger.view(NOW, LEAD).state(), Some(NodeState::Draining));
    assert!(ledger.pending(NOW, LEAD).is_empty());
    ledger.keep_sources(&BTreeSet::from([word("a:b")]));
    assert_eq!(ledger.view(NOW, LEAD).state(), None);
}

#[test]
fn a_planned_stop_is_pending_again_when_it_is_near() {
    let deadline: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    let source = word("maintenance");
    let planned = Notice::of_event(&source, NodeState::Scheduled, word("instance-stop"), &word("e1")).at(deadline);
    let mut ledger = Ledger::default();
    assert_eq!(act(&mut ledger, "maintenance", vec![planned.clone()]), ["maintenance/instance-stop/e1"]);
    let near = ledger.pending(deadline - SignedDuration::from_mins(1), LEAD);
    assert_eq!(near.iter().map(|notice| notice.state).collect::<Vec<_>>(), [NodeState::Stopping]);
    ledger.acted_on(&near[0].key);
    ledger.observe(&source, vec![planned]);
    assert!(restarted(&ledger).pending(deadline, LEAD).is_empty());
    assert_eq!(ledger.view(deadline, LEAD).state(), Some(NodeState::Stopping));
}

#[test]
fn what_is_kept_is_bounded() {
    let mut ledger = Ledger::default();
    let flood: Vec<_> = (0..10 * MOST_NOTICES).map(|number| event("spot", &number.to_string())).collect();
    ledger.observe(&word("spot"), flood);
    assert_eq!(ledger.view(NOW, LEAD).notices().len(), MOST_NOTICES);
    for number in 0..2 * MOST_ACTED {
        ledger.acted_on(&event("spot", &number.to_string()).key);
    }
    assert_eq!(ledger.acted.len(), MOST_ACTED);
    assert_eq!(ledger.acted.last(), Some(&event("spot", &(2 * MOST_ACTED - 1).to_string()).key));
}

proptest! {
    #[test]
    fn whatever_was_seen_is_read_back(steps in prop::collection::vec((0_u8..3, 0_usize..9, any::<bool>()), 0..40)) {
        let mut ledger = Ledger::default();
        for (source, number, silent) in steps {
            let source = format!("s{source}");
            let notices = match NodeState::ALL.get(number) {
                Some(found) if !silent => vec![state(&source, *found), event(&source, "1")],
                _ => Vec::new(),
            };
            let first = act(&mut ledger, &source, notices.clone());
            prop_assert!(act(&mut ledger, &source, notices).is_empty(), "acted twice on {:?}", first);
            prop_assert_eq!(&restarted(&ledger), &ledger);
        }
    }
}
