use super::*;
use crate::fleet::keys::SigningKey;

fn entry(decision: Verdict, key: u8) -> Entry {
    let key = Some(SigningKey::from_seed([key; 32]).unwrap().public());
    let caller = Some("ops".parse().unwrap());
    let why = "because".to_owned();
    Entry { time: Timestamp::UNIX_EPOCH, decision, why, caller, key, asked: None, ended: None }
}

/// How many of so many are told one by one.
fn told(floods: &mut Floods, number: usize, entry: &Entry, ignored: Option<Ignored>) -> u64 {
    (0..number).filter(|_| floods.pass(entry, ignored, Mono::default()).is_told).count() as u64
}

#[test]
fn a_flood_of_refusals_or_answers_is_cut_for_each_key_and_for_no_other() {
    let mut floods = Floods::default();
    for decision in [Verdict::Refuse, Verdict::Answer] {
        assert_eq!(told(&mut floods, 20_000, &entry(decision, 1), None), MOST);
        assert_eq!(told(&mut floods, 3, &entry(decision, 2), None), 3, "another key has a bound of its own");
    }
    let over = floods.over(Timestamp::UNIX_EPOCH, Mono::default() + WINDOW);
    let lines: Vec<String> = over.iter().map(Entry::line).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].contains("\"decision\":\"answer\"") && lines[0].contains("19900 more questions were"),
        "{lines:?}"
    );
    assert!(lines[1].contains("19900 more requests were refused") && lines[1].contains("\"ops\""), "{lines:?}");
    assert!(floods.over(Timestamp::UNIX_EPOCH, Mono::default() + WINDOW * 2).is_empty(), "it was told");
}

#[test]
fn what_is_about_commands_that_run_is_always_told() {
    let mut floods = Floods::default();
    for decision in [Verdict::Run, Verdict::Done] {
        assert_eq!(told(&mut floods, 1_000, &entry(decision, 1), None), 1_000);
    }
}

#[test]
fn what_is_ignored_is_cut_by_its_reason_whoever_it_claims_to_come_from() {
    let mut floods = Floods::default();
    for reason in Ignored::ALL {
        let number: u64 = (0..20).map(|key| told(&mut floods, 50, &entry(Verdict::Ignore, key), Some(*reason))).sum();
        assert_eq!(number, MOST, "{reason:?}");
    }
}

#[test]
fn what_was_left_out_is_told_with_the_next_one_after_it_or_at_the_end() {
    let mut floods = Floods::default();
    let refusal = entry(Verdict::Refuse, 1);
    told(&mut floods, 150, &refusal, None);
    let later = floods.pass(&refusal, None, Mono::default() + WINDOW);
    assert!(later.is_told && later.left_out.unwrap().why.starts_with("50 more requests"));
    told(&mut floods, 101, &refusal, None);
    let rest = floods.rest(Timestamp::UNIX_EPOCH);
    assert!(matches!(&rest[..], [left] if left.why.starts_with("2 more requests")), "{rest:?}");
    assert!(floods.rest(Timestamp::UNIX_EPOCH).is_empty());
}
