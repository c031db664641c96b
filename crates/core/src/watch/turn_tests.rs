use std::time::Duration;

use jiff::SignedDuration;

use super::super::journal::Step;
use super::super::reaction::{Chain, Reaction};
use super::*;

fn word(text: &str) -> Word {
    Word::new(text).unwrap()
}

fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn policy() -> Policy {
    let chain = |text: &str| text.parse::<Chain>().unwrap().0;
    Policy {
        reactions: [
            (NodeState::Running, chain("hooks")),
            (NodeState::AtRisk, chain("webhook")),
            (NodeState::Draining, chain("block-ports, settle 15s, deregister, hooks")),
            (NodeState::Terminating, chain("hooks, complete-lifecycle")),
        ]
        .into(),
        lead: SignedDuration::from_mins(5),
    }
}

/// A source says that the node is in a state; in none: says nothing.
fn says(memory: &mut Memory, source: &str, state: impl Into<Option<NodeState>>) -> Option<Turn> {
    let source = word(source);
    let notice = state.into().map(|state| Notice::of_state(&source, state, word(state.as_str())));
    memory.ledger.observe(&source, notice.into_iter().collect());
    memory.turn(&policy(), now())
}

/// Does all there is to do; gives the steps.
fn work(memory: &mut Memory) -> Vec<String> {
    std::iter::from_fn(|| {
        let (_, step) = memory.journal.current()?;
        memory.journal.begin(now());
        memory.journal.end(true);
        Some(match step {
            Step::React(reaction) => reaction.to_string(),
            Step::PutBack => "put back".to_owned(),
        })
    })
    .collect()
}

#[test]
fn a_node_that_is_found_running_is_left_alone() {
    let mut memory = Memory::default();
    let turn = says(&mut memory, "clonesquad", NodeState::Running).unwrap();
    assert!(!turn.reacts && turn.occasion.previous.is_none());
    assert_eq!(work(&mut memory), [""; 0]);
    assert_eq!(says(&mut memory, "clonesquad", NodeState::Running), None);
}

#[test]
fn a_node_drains_in_order_and_is_put_back_when_it_is_running_again() {
    let mut memory = Memory::default();
    says(&mut memory, "clonesquad", NodeState::Running);
    let turn = says(&mut memory, "clonesquad", NodeState::Draining).unwrap();
    assert_eq!(turn.occasion.previous, Some(word("running")));
    assert_eq!(work(&mut memory), ["block-ports", "settle 15.0s", "deregister", "hooks"]);
    assert!(memory.journal.blocks() && memory.journal.is_deregistered());
    assert_eq!(says(&mut memory, "clonesquad", NodeState::Draining), None, "acted on once");
    let turn = says(&mut memory, "clonesquad", NodeState::Running).unwrap();
    assert!(!turn.interrupts, "nothing is at work");
    assert!(!memory.journal.blocks());
    assert_eq!(work(&mut memory), ["put back", "hooks"]);
    assert!(!memory.journal.is_deregistered());
}

#[test]
fn a_leaving_node_that_is_seen_for_the_first_time_is_acted_on() {
    let mut memory = Memory::default();
    let turn = says(&mut memory, "spot", NodeState::Terminating).unwrap();
    assert!(turn.reacts && turn.occasion.previous.is_none());
    assert_eq!(work(&mut memory), ["hooks", "complete-lifecycle"]);
}

#[test]
fn a_return_interrupts_what_is_at_work_and_undoes_only_what_was_done() {
    let mut memory = Memory::default();
    says(&mut memory, "clonesquad", NodeState::Draining);
    memory.journal.begin(now());
    memory.journal.end(true);
    memory.journal.begin(now());
    assert!(says(&mut memory, "clonesquad", NodeState::Running).unwrap().interrupts, "while it settles");
    assert_eq!(work(&mut memory), ["hooks"], "it was never deregistered");
}

#[test]
fn a_node_that_leaves_again_while_it_is_put_back_is_taken_out_again() {
    let mut memory = Memory::default();
    says(&mut memory, "clonesquad", NodeState::Draining);
    work(&mut memory);
    says(&mut memory, "clonesquad", NodeState::Running);
    memory.journal.begin(now());
    assert!(says(&mut memory, "clonesquad", NodeState::Draining).unwrap().interrupts);
    assert!(memory.journal.is_deregistered(), "it may still be out");
    assert_eq!(work(&mut memory), ["block-ports", "settle 15.0s", "deregister", "hooks"]);
}

#[test]
fn a_more_urgent_state_waits_for_its_turn_and_a_less_urgent_one_is_no_return() {
    let mut memory = Memory::default();
    says(&mut memory, "clonesquad", NodeState::Draining);
    memory.journal.begin(now());
    let turn = says(&mut memory, "spot", NodeState::Terminating).unwrap();
    assert!(turn.reacts && !turn.interrupts);
    assert!(memory.journal.holds_lifecycle());
    assert_eq!(work(&mut memory).len(), 6);
    assert!(!memory.journal.holds_lifecycle());
    let turn = says(&mut memory, "spot", None).unwrap();
    assert_eq!((turn.occasion.name, turn.reacts), (word("draining"), false), "that was acted on already? it was");
    assert!(memory.journal.blocks() && memory.journal.is_deregistered());
}

#[test]
fn what_a_load_balancer_says_of_our_own_doing_keeps_nobody_out() {
    let mut memory = Memory::default();
    says(&mut memory, "elb:web", NodeState::Running);
    says(&mut memory, "clonesquad", NodeState::Draining);
    work(&mut memory);
    assert_eq!(says(&mut memory, "elb:web", NodeState::OutOfService), None);
    assert!(says(&mut memory, "clonesquad", NodeState::Running).is_some());
    assert_eq!(work(&mut memory), ["put back", "hooks"]);
}

#[test]
fn what_made_the_node_leave_must_let_it_return() {
    let mut memory = Memory::default();
    says(&mut memory, "spot", None);
    says(&mut memory, "elb:web", NodeState::Draining);
    work(&mut memory);
    assert_eq!(says(&mut memory, "elb:web", NodeState::Draining), None, "though it is our doing as well");
    assert_eq!(says(&mut memory, "spot", None), None);
    assert!(says(&mut memory, "elb:web", NodeState::Running).is_some());
    assert_eq!(work(&mut memory), ["put back", "hooks"]);
}

#[test]
fn a_notice_that_goes_away_is_a_return() {
    let mut memory = Memory::default();
    assert_eq!(says(&mut memory, "spot", None), None, "nobody has said anything yet");
    says(&mut memory, "spot", NodeState::Draining);
    work(&mut memory);
    let turn = says(&mut memory, "spot", None).unwrap();
    assert_eq!((turn.occasion.name, turn.occasion.source), (word("running"), None));
    assert_eq!(work(&mut memory), ["put back", "hooks"]);
}

#[test]
fn the_journal_goes_on_after_a_restart() {
    let mut memory = Memory::default();
    says(&mut memory, "clonesquad", NodeState::Draining);
    memory.journal.begin(now());
    memory.journal.end(false);
    memory.journal.begin(now());
    let mut read = Memory::decode(&memory.encode().unwrap()).unwrap();
    assert_eq!(read, memory);
    let (task, step) = read.journal.current().unwrap();
    assert_eq!((task.began(), task.failures()), (Some(now()), 1));
    assert_eq!(step, Step::React(Reaction::Settle(Duration::from_secs(15))));
    assert_eq!(read.turn(&policy(), now()), None, "nothing is acted on twice");
    assert_eq!(work(&mut read), ["settle 15.0s", "deregister", "hooks"]);
}

#[test]
fn a_queue_is_bounded_and_what_finds_no_room_is_told() {
    let mut memory = Memory::default();
    says(&mut memory, "asg", NodeState::Running);
    let mut left_out = 0;
    for _ in 0..60 {
        left_out += u32::from(says(&mut memory, "clonesquad", NodeState::Draining).unwrap().is_left_out);
        left_out += u32::from(says(&mut memory, "spot", NodeState::Terminating).unwrap().is_left_out);
        says(&mut memory, "spot", None);
        says(&mut memory, "clonesquad", NodeState::OutOfService);
    }
    assert_eq!((memory.journal.tasks(), left_out), (100, 20));
}
