use proptest::prelude::*;

use super::*;
use crate::fleet::reply::{Done, Outcome, Refusal, Why};

fn at(seconds: u64) -> Mono {
    Mono::since_boot(Duration::from_secs(seconds))
}

fn node(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

fn terms() -> Terms {
    Terms {
        batch: None,
        pause: Duration::ZERO,
        max_failures: None,
        first_answer: Duration::from_secs(10),
        patience: Duration::from_secs(30),
    }
}

fn call(terms: Terms, names: &[&str]) -> Call {
    Call::new(terms, names.iter().map(|name| node(name)).collect())
}

fn done(status: i32) -> Event {
    Event::Done(Done { outcome: Outcome::Exited(status), duration_ms: 1, dropped_out: 0, dropped_err: 0 })
}

fn asked(call: &mut Call, now: Mono) -> Vec<String> {
    match call.next(now) {
        Step::Send(nodes) => {
            call.sent(now);
            nodes.iter().map(ToString::to_string).collect()
        }
        other => panic!("{other:?} instead of a request"),
    }
}

#[test]
fn it_is_over_when_the_last_one_has_ended() {
    let mut call = call(terms(), &["a", "b"]);
    assert_eq!(asked(&mut call, at(0)), ["a", "b"]);
    call.heard(&node("a"), &done(0), at(1));
    assert_eq!(call.next(at(1)), Step::Wait(at(10)));
    assert_eq!(call.verdict(), Verdict::SomeUnanswered);
    call.heard(&node("b"), &done(0), at(2));
    assert_eq!(call.next(at(2)), Step::Over);
    assert_eq!(call.verdict(), Verdict::AllSucceeded);
}

#[test]
fn who_never_answers_is_silent_and_who_works_is_waited_for() {
    let mut call = call(terms(), &["a", "b"]).with_longest_work(Duration::from_secs(300));
    asked(&mut call, at(0));
    for second in (5..=100).step_by(5) {
        call.heard(&node("a"), &Event::Alive { running_ms: second * 1_000 }, at(second));
        assert!(matches!(call.next(at(second)), Step::Wait(until) if until > at(second)));
    }
    assert_eq!(call.progress(&node("b")), Some(&Progress::Ended(Ending::Silent)));
    call.heard(&node("a"), &done(0), at(101));
    assert_eq!(call.next(at(101)), Step::Over);
    assert_eq!(call.verdict(), Verdict::SomeUnanswered);
}

#[test]
fn nobody_is_silent_while_others_still_give_their_first_answers() {
    let names: Vec<String> = (0..10).map(|n| format!("n{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut call = call(terms(), &names);
    asked(&mut call, at(0));
    for (name, second) in names[..6].iter().zip((9..).step_by(9)) {
        assert!(matches!(call.next(at(second)), Step::Wait(_)), "{second}");
        call.heard(&node(name), &done(0), at(second));
    }
    // What is too much is too much, however slow the others are.
    assert!(matches!(call.next(at(59)), Step::Wait(_)));
    call.next(at(60));
    assert_eq!(call.progress(&node("n9")), Some(&Progress::Ended(Ending::Silent)));
}

#[test]
fn who_is_lost_is_taken_back_when_it_speaks() {
    let mut call = call(terms(), &["a", "b"]);
    asked(&mut call, at(0));
    for name in ["a", "b"] {
        call.heard(&node(name), &Event::Accepted, at(1));
    }
    call.heard(&node("b"), &Event::Started, at(20));
    call.next(at(31));
    assert_eq!(call.progress(&node("a")), Some(&Progress::Ended(Ending::Lost)));
    call.heard(&node("a"), &done(0), at(32));
    call.heard(&node("b"), &done(0), at(33));
    assert_eq!((call.next(at(33)), call.verdict()), (Step::Over, Verdict::AllSucceeded));
}

#[test]
fn the_last_word_is_the_last_word() {
    let mut call = call(terms(), &["a"]);
    asked(&mut call, at(0));
    call.heard(&node("a"), &done(3), at(1));
    call.heard(&node("a"), &done(0), at(2));
    call.heard(&node("a"), &Event::Started, at(2));
    assert_eq!((call.next(at(2)), call.verdict()), (Step::Over, Verdict::SomeFailed));
}

#[test]
fn batches_follow_each_other_with_a_pause() {
    let batches = Terms { batch: Some(Share::Percent(50)), pause: Duration::from_secs(3), ..terms() };
    let mut call = call(batches, &["a", "b", "c", "d"]);
    assert_eq!(asked(&mut call, at(0)), ["a", "b"]);
    call.heard(&node("a"), &done(0), at(1));
    call.heard(&node("b"), &done(0), at(1));
    assert_eq!(call.next(at(1)), Step::Wait(at(4)));
    assert_eq!(call.next(at(2)), Step::Wait(at(4)));
    assert_eq!(asked(&mut call, at(4)), ["c", "d"]);
}

#[test]
fn a_batch_does_not_hang_on_nodes_that_are_away() {
    let one_by_one = Terms { batch: Some(Share::Count(1)), ..terms() };
    let mut call = call(one_by_one, &["away", "here"]);
    assert_eq!(asked(&mut call, at(0)), ["away"]);
    assert_eq!(asked(&mut call, at(10)), ["here"]);
}

#[test]
fn failures_refusals_and_losses_all_count_against_the_limit() {
    let refused = Event::Refused(Refusal { why: Why::Policy, detail: String::new() });
    for failure in [Some(done(1)), Some(refused), Some(Event::Accepted), None] {
        let careful = Terms { batch: Some(Share::Count(1)), max_failures: Some(Share::Count(0)), ..terms() };
        let mut call = call(careful, &["a", "b"]);
        asked(&mut call, at(0));
        if let Some(event) = &failure {
            call.heard(&node("a"), event, at(1));
        }
        call.next(at(15));
        assert_eq!(call.next(at(50)), Step::Over, "{failure:?}");
        assert!(call.failed_too_often());
        assert_eq!(call.progress(&node("b")), Some(&Progress::Waiting));
        assert_ne!(call.verdict(), Verdict::AllSucceeded);
    }
}

#[test]
fn without_an_inventory_whoever_answers_is_taken() {
    let mut call = call(terms(), &[]);
    assert_eq!(asked(&mut call, at(0)), [] as [&str; 0]);
    assert_eq!(call.next(at(1)), Step::Wait(at(10)));
    call.heard(&node("a"), &Event::Accepted, at(2));
    assert!(matches!(call.next(at(10)), Step::Wait(until) if until <= at(32)));
    call.heard(&node("a"), &done(0), at(12));
    assert_eq!((call.next(at(32)), call.verdict()), (Step::Over, Verdict::AllSucceeded));
}

#[test]
fn an_unexpected_answer_counts() {
    let mut call = call(terms(), &["a"]);
    asked(&mut call, at(0));
    call.heard(&node("new"), &Event::Accepted, at(1));
    call.heard(&node("a"), &done(0), at(2));
    assert!(matches!(call.next(at(2)), Step::Wait(_)));
    call.heard(&node("new"), &done(1), at(3));
    assert_eq!((call.next(at(3)), call.verdict()), (Step::Over, Verdict::SomeFailed));
}

#[test]
fn a_node_that_has_just_come_to_match_may_be_a_little_slower() {
    let mut call = call(terms(), &["a"]).with_newcomers(Duration::from_secs(2));
    asked(&mut call, at(0));
    call.heard(&node("a"), &Event::Accepted, at(4));
    call.heard(&node("a"), &done(0), at(4));
    assert_eq!(call.next(at(5)), Step::Wait(at(6)));
    call.heard(&node("new"), &Event::Accepted, at(5));
    assert!(matches!(call.next(at(6)), Step::Wait(until) if until > at(6)), "it works");
    call.heard(&node("new"), &done(0), at(8));
    assert_eq!((call.next(at(8)), call.verdict()), (Step::Over, Verdict::AllSucceeded));
}

fn expected_failures(call: &Call) -> usize {
    call.nodes().filter(|(node, progress)| !call.unexpected.contains(node) && is_failure(progress)).count()
}

#[test]
fn unexpected_nodes_count_against_no_limit() {
    let careful = Terms { batch: Some(Share::Count(1)), max_failures: Some(Share::Count(0)), ..terms() };
    let mut call = call(careful, &["a", "b"]);
    asked(&mut call, at(0));
    for ghost in ["x", "y"] {
        call.heard(&node(ghost), &done(1), at(1));
    }
    call.heard(&node("a"), &done(0), at(1));
    assert!(!call.failed_too_often());
    call.next(at(1));
    assert_eq!(asked(&mut call, at(1)), ["b"]);
}

#[test]
fn unexpected_nodes_do_not_keep_a_call_open_for_ever() {
    let mut call = call(terms(), &["a"]).with_longest_work(Duration::from_secs(60));
    asked(&mut call, at(0));
    call.heard(&node("a"), &done(0), at(1));
    for second in 1..101 {
        call.heard(&node("x"), &Event::Alive { running_ms: 0 }, at(second));
        assert!(matches!(call.next(at(second)), Step::Wait(until) if until <= at(110)), "{second}");
    }
    for second in 110..120 {
        call.heard(&node(&format!("x{second}")), &Event::Accepted, at(second));
        call.heard(&node("x"), &Event::Alive { running_ms: 0 }, at(second));
        assert_eq!(call.next(at(second)), Step::Over);
    }
    assert_eq!(call.progress(&node("x")), Some(&Progress::Ended(Ending::Lost)));
}

#[test]
fn a_node_that_says_for_ever_that_it_works_is_lost_after_all_the_time_it_may_take() {
    let mut call = call(terms(), &["a"]).with_longest_work(Duration::from_secs(60));
    asked(&mut call, at(0));
    let alive = Event::Alive { running_ms: 0 };
    for second in 5..105 {
        call.heard(&node("a"), &alive, at(second));
        assert!(matches!(call.next(at(second)), Step::Wait(_)), "{second}");
    }
    for second in 105..200 {
        call.heard(&node("a"), &alive, at(second));
        call.next(at(second));
    }
    assert_eq!(call.progress(&node("a")), Some(&Progress::Ended(Ending::Lost)));
    assert_eq!((call.next(at(200)), call.verdict()), (Step::Over, Verdict::SomeUnanswered));
    call.heard(&node("a"), &done(0), at(201));
    assert_eq!(call.verdict(), Verdict::AllSucceeded, "its last word counts all the same");
}

#[test]
fn nobody_is_silent_or_lost_while_the_caller_hears_nothing_and_all_have_their_time_anew() {
    let mut call = call(terms(), &["asked", "works"]).with_longest_work(Duration::from_secs(60));
    asked(&mut call, at(0));
    call.heard(&node("works"), &Event::Accepted, at(1));
    call.cut_off(at(5));
    assert_eq!((call.next(at(6)), call.next(at(90))), (Step::Wait(at(105)), Step::Wait(at(105))));
    assert_eq!(call.restored(at(95)), Some(Duration::from_secs(90)));
    assert_eq!((call.restored(at(95)), call.is_cut_off()), (None, false));
    assert_eq!(call.next(at(104)), Step::Wait(at(105)));
    call.next(at(105));
    assert_eq!(call.progress(&node("asked")), Some(&Progress::Ended(Ending::Silent)));
    // What it may take of the time in which nobody heard it was given back to it: 1 + 60 + 10 + 30 + 90.
    for second in 105..191 {
        call.heard(&node("works"), &Event::Alive { running_ms: 0 }, at(second));
        assert!(matches!(call.next(at(second)), Step::Wait(_)), "{second}");
    }
    call.next(at(201));
    assert_eq!(call.progress(&node("works")), Some(&Progress::Ended(Ending::Lost)));
}

#[test]
fn a_call_is_given_up_when_the_connection_does_not_come_back_while_nodes_may_work() {
    let mut call = call(terms(), &["a"]).with_longest_work(Duration::from_secs(60));
    asked(&mut call, at(0));
    call.cut_off(at(5));
    call.cut_off(at(50));
    assert_eq!((call.next(at(104)), call.next(at(105))), (Step::Wait(at(105)), Step::GiveUp));
    assert_eq!(call.verdict(), Verdict::SomeUnanswered);
    let mut long = super::Call::new(terms(), vec![node("a")]).with_longest_work(Duration::from_secs(86_400));
    asked(&mut long, at(0));
    long.cut_off(at(5));
    assert_eq!(long.next(at(305)), Step::GiveUp, "five minutes are enough");
}

#[test]
fn no_batch_is_asked_while_the_caller_hears_nothing_and_nothing_is_waited_for_when_all_have_ended() {
    let mut call = call(Terms { batch: Some(Share::Count(1)), ..terms() }, &["a", "b"]);
    asked(&mut call, at(0));
    call.heard(&node("a"), &done(0), at(1));
    call.cut_off(at(1));
    assert!(matches!(call.next(at(2)), Step::Wait(_)));
    call.restored(at(3));
    assert_eq!(asked(&mut call, at(3)), ["b"]);
    call.heard(&node("b"), &done(0), at(4));
    call.cut_off(at(4));
    assert_eq!(call.next(at(4)), Step::Over);
}

#[test]
fn who_cannot_be_reached_is_not_waited_for_and_counts_as_silent_until_it_speaks() {
    let mut call = call(terms(), &["a", "gone"]);
    asked(&mut call, at(0));
    call.unreached(&node("gone"));
    call.heard(&node("a"), &done(0), at(1));
    assert_eq!((call.next(at(1)), call.verdict()), (Step::Over, Verdict::SomeUnanswered));
    call.heard(&node("gone"), &done(0), at(2));
    assert_eq!(call.verdict(), Verdict::AllSucceeded);
}

#[test]
fn who_was_not_asked_of_an_earlier_call_is_not_missed() {
    let mut call = call(terms(), &["a", "b", "c"]);
    call.sent_to(&[node("b")], at(0));
    assert_eq!(["a", "b", "c"].map(|name| call.has_asked(&node(name))), [false, true, false]);
    call.heard(&node("b"), &done(1), at(0));
    assert_eq!(call.verdict(), Verdict::SomeFailed);
}

#[test]
fn a_node_of_a_later_batch_was_not_asked_yet() {
    let mut call = call(Terms { batch: Some(Share::Count(1)), ..terms() }, &["a", "b"]);
    asked(&mut call, at(0));
    assert_eq!(["a", "b", "x"].map(|name| call.has_asked(&node(name))), [true, false, false]);
}

proptest! {
    /// Whatever is heard, and whenever: the counts are those of a fresh count, and the call comes to its end.
    #[test]
    fn every_call_ends_and_counts_right(
        batch in prop::option::of(0_usize..4),
        limit in prop::option::of(0_usize..4),
        heard in prop::collection::vec((0_u64..60, 0_usize..6, 0_u8..4), 0..40),
    ) {
        let names = ["a", "b", "c", "d", "e", "f"];
        let terms = Terms { batch: batch.map(Share::Count), max_failures: limit.map(Share::Count), ..terms() };
        let mut call = call(terms, &names[..4]);
        let mut over = false;
        for second in 0..400_u64 {
            for (_, name, what) in heard.iter().filter(|(when, ..)| *when == second) {
                let event = match what {
                    0 => Event::Accepted,
                    1 => done(0),
                    2 => done(1),
                    _ => Event::Alive { running_ms: 0 },
                };
                call.heard(&node(names[*name]), &event, at(second));
            }
            match call.next(at(second)) {
                Step::Send(_) => call.sent(at(second)),
                Step::Wait(until) => prop_assert!(until > at(second)),
                Step::Over => over = true,
                Step::GiveUp => prop_assert!(false, "it was never cut off"),
            }
            let progress: Vec<_> = call.nodes().map(|(_, progress)| progress.clone()).collect();
            prop_assert_eq!(call.open, progress.iter().filter(|progress| is_open(progress)).count());
            prop_assert_eq!(call.failed, expected_failures(&call));
        }
        prop_assert!(over);
        prop_assert_eq!(call.open, 0);
    }
}
