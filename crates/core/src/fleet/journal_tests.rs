use proptest::prelude::*;

use super::*;
use crate::fleet::keys::SigningKey;
use crate::fleet::request::{Action, RequestKind, Target};

fn believed(number: u8) -> Believed {
    let id = RequestId::new(Timestamp::UNIX_EPOCH, [number; 10]);
    let request = Request {
        kind: RequestKind::Request,
        id,
        call: id,
        caller: String::new(),
        env: "production".parse().unwrap(),
        target: Target::Nodes(Vec::new()),
        action: Action::Ping,
        issued: Timestamp::UNIX_EPOCH,
        ttl_ms: 60_000,
        reply: ReplyAddress(format!("reply {number}")),
        durable: number.is_multiple_of(2),
    };
    let key = SigningKey::from_seed([1; 32]).unwrap().public();
    Believed { request, caller: "ops".parse().unwrap(), key }
}

fn done() -> Done {
    Done { outcome: Outcome::Exited(3), duration_ms: 5, dropped_out: 0, dropped_err: 0 }
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text() + "\n").collect()
}

fn read(text: &str) -> Journal {
    Journal::read(text).unwrap().journal
}

#[test]
fn what_had_not_ended_at_a_crash_is_unknown_and_what_had_is_told() {
    let mut journal = Journal::default();
    let [waiting, running, ended, told] = [1, 2, 3, 4].map(believed);
    let mut lines: Vec<Line> = [&waiting, &running, &ended, &told].map(|request| journal.accept(request)).into();
    lines.push(journal.start(running.known()));
    lines.push(journal.start(ended.known()));
    lines.push(journal.end(ended.known(), done()));
    lines.push(journal.end(told.known(), done()));
    lines.push(journal.told(told.known()));
    let after = read(&text(&lines));
    assert_eq!(after, journal);
    let untold = after.untold();
    assert_eq!(
        untold.iter().map(|untold| untold.known).collect::<Vec<_>>(),
        [waiting.known(), running.known(), ended.known()]
    );
    assert!(matches!(&untold[0].done.outcome, Outcome::Unknown(why) if why.contains("about to start")));
    assert!(matches!(&untold[1].done.outcome, Outcome::Unknown(why) if why.contains("while the command ran")));
    assert_eq!((&untold[2].done, untold[2].reply.0.as_str(), untold[1].durable), (&done(), "reply 3", true));
    for request in [&waiting, &running, &ended, &told] {
        assert!(after.has(&request.known()), "it would run again");
    }
    assert!(!after.has(&believed(5).known()));
}

#[test]
fn what_may_come_again_is_remembered_and_nothing_else() {
    let mut journal = Journal::default();
    let (open, refused) = (believed(1), believed(2));
    journal.accept(&open);
    journal.refuse(&refused);
    let at = |second| Timestamp::from_second(second).unwrap();
    let end = 60 + 3_600 + 5;
    assert!(!journal.prune(at(end)));
    assert!(journal.prune(at(end + 1)), "the refused one");
    assert!(journal.has(&open.known()), "its caller was not told yet");
    journal.told(open.known());
    assert!(journal.prune(at(end + 1)) && journal.is_empty());
}

#[test]
fn a_torn_line_loses_nothing_else_and_a_newer_release_is_not_guessed_at() {
    let mut journal = Journal::default();
    let lines = [journal.accept(&believed(1)), journal.accept(&believed(2))];
    let whole = text(&lines);
    let torn = Journal::read(&whole[..whole.len() - 10]).unwrap();
    assert_eq!((torn.damaged, torn.journal.len()), (1, 1));
    let newer = whole.replacen("\"format\":1", "\"format\":2", 1);
    assert!(matches!(Journal::read(&newer), Err(Unreadable::Newer(2))));
}

#[test]
fn what_a_clock_made_us_forget_is_not_young_again_when_it_is_set_back() {
    let mut journal = Journal::default();
    let captured = believed(1);
    journal.refuse(&captured);
    assert!(!journal.may_have_forgotten(&captured.request));
    assert!(journal.prune(Timestamp::from_second(1_000_000).unwrap()));
    let after = read(&text(&journal.lines()));
    assert_eq!(after, journal);
    assert!(after.may_have_forgotten(&captured.request), "it would run again");
    let mut later = believed(2).request;
    later.issued += Duration::from_secs(1);
    assert!(!after.may_have_forgotten(&later));
}

#[test]
fn a_caller_cannot_make_the_journal_longer_and_longer() {
    let mut journal = Journal::default();
    let mut request = believed(1);
    for number in 0..MOST_OF_A_KEY {
        assert!(!journal.is_full_of(&request.key));
        let mut random = [0; 10];
        random[..8].copy_from_slice(&number.to_be_bytes());
        request.request.id = RequestId::new(Timestamp::UNIX_EPOCH, random);
        journal.refuse(&request);
    }
    assert!(journal.is_full_of(&request.key));
    assert!(!journal.is_full_of(&SigningKey::from_seed([2; 32]).unwrap().public()), "others have room");
    assert!(journal.prune(Timestamp::MAX) && !journal.is_full_of(&request.key));
    let long = Done { outcome: Outcome::NotStarted("x".repeat(100_000)), ..done() };
    journal.accept(&request);
    assert!(journal.end(request.known(), long).text().len() < 1_000);
}

proptest! {
    #[test]
    fn every_crash_leaves_each_request_remembered_and_told_once(steps in prop::collection::vec((0_u8..4, 0_u8..5), 0..30), cut in any::<prop::sample::Index>()) {
        let mut journal = Journal::default();
        let mut lines = Vec::new();
        for (number, step) in steps {
            let request = believed(number);
            lines.push(match step {
                0 => journal.accept(&request),
                1 => journal.start(request.known()),
                2 => journal.end(request.known(), done()),
                3 => journal.told(request.known()),
                _ => journal.refuse(&request),
            });
        }
        let kept = &lines[..cut.index(lines.len() + 1)];
        let after = read(&text(kept));
        // Written down anew, and read twice over, it stays the same.
        prop_assert_eq!(&read(&text(&after.lines())), &after);
        let twice = text(&after.lines()) + &text(&after.lines());
        prop_assert_eq!(&read(&twice), &after);
        let mut closed = after.clone();
        for untold in after.untold() {
            closed.told(untold.known);
        }
        prop_assert!(closed.untold().is_empty() && closed.len() == after.len());
    }
}
