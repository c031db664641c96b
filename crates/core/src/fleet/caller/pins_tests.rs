use super::*;
use crate::facts::Facts;
use crate::fleet::inventory::NodeKind;
use crate::fleet::keys::SigningKey;

fn key(seed: u8) -> PublicKey {
    SigningKey::from_seed([seed; 32]).unwrap().public()
}

fn node(name: &str) -> NodeId {
    NodeId::new(name).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn record(name: &str, seen: i64, left: bool) -> NodeRecord {
    NodeRecord {
        kind: NodeKind::Node,
        node: node(name),
        env: "test".parse().unwrap(),
        facts: Facts::default(),
        seen: at(seen),
        period_ms: 60_000,
        version: String::new(),
        left,
    }
}

fn pinned(name: &str, key: PublicKey) -> Pins {
    let mut pins = Pins::default();
    pins.pin(node(name), key);
    pins
}

/// Long after everything that the records tell.
const NOW: i64 = 1_000_000;

#[test]
fn a_key_is_the_nodes_until_it_is_forgotten() {
    let node = node("i-1");
    let mut pins = Pins::default();
    assert_eq!(pins.standing(&node, &key(1)), Standing::New);
    pins.pin(node.clone(), key(1));
    assert_eq!(pins.standing(&node, &key(1)), Standing::Known);
    assert_eq!(pins.standing(&node, &key(2)), Standing::Changed);
    assert!(pins.forget(&node) && !pins.forget(&node));
    assert_eq!(pins.standing(&node, &key(2)), Standing::New);
}

#[test]
fn a_record_that_is_older_than_one_that_was_seen_is_played_again() {
    let mut pins = pinned("i-1", key(1));
    let mut age = |seen, left| pins.sight(&record("i-1", seen, left), at(NOW));
    assert_eq!(age(1_000, false), Age::News);
    assert_eq!(age(2_000, true), Age::News);
    assert_eq!(age(2_000, true), Age::NoNews);
    // It returns, and what it said before is put back.
    assert_eq!(age(2_010, false), Age::News);
    assert_eq!(age(2_000, true), Age::Older(at(2_010)));
    assert_eq!(age(2_010, false), Age::NoNews);
}

#[test]
fn only_news_are_remembered_so_that_not_every_call_writes() {
    let mut pins = pinned("i-1", key(1));
    let mut age = |seen, left| pins.sight(&record("i-1", seen, left), at(NOW));
    let expected = [
        (1_000, false, Age::News),
        (1_000 + 3_600, false, Age::NoNews),
        (1_000 + 3_601, false, Age::News),
        (1_000 + 3_600, false, Age::Older(at(1_000 + 3_601))),
    ];
    for (seen, left, expected) in expected {
        assert_eq!(age(seen, left), expected, "{seen}");
    }
    assert_eq!(Pins::default().sight(&record("i-1", 1, false), at(NOW)), Age::NoNews);
}

#[test]
fn a_clock_that_was_ahead_does_not_make_later_records_look_old() {
    let mut pins = pinned("i-1", key(1));
    assert_eq!(pins.sight(&record("i-1", NOW + 100_000, false), at(NOW)), Age::News);
    assert_eq!(pins.sight(&record("i-1", NOW + 10, false), at(NOW + 20)), Age::NoNews);
    assert_eq!(pins.sight(&record("i-1", NOW - 1, false), at(NOW + 20)), Age::Older(at(NOW)));
}

#[test]
fn what_is_remembered_is_read_as_it_was_written_and_keys_alone_are_read_too() {
    let mut pins = pinned("i-1", key(1));
    let text = serde_json::to_string(&pins).unwrap();
    assert_eq!(text, format!("{{\"i-1\":\"{}\"}}", key(1)));
    assert_eq!(serde_json::from_str::<Pins>(&text).unwrap(), pins);
    pins.sight(&record("i-1", 1_000, true), at(NOW));
    let text = serde_json::to_string(&pins).unwrap();
    assert!(text.contains("\"left\":true") && text.contains("1970-01-01T00:16:40Z"), "{text}");
    assert_eq!(serde_json::from_str::<Pins>(&text).unwrap(), pins);
}

#[test]
fn what_another_call_has_learned_or_forgotten_meanwhile_stays_so() {
    let mut theirs = pinned("i-1", key(1));
    theirs.sight(&record("i-1", 1_000, false), at(NOW));
    let after = |mut ours: Pins, new| {
        ours.take_over(&node("i-1"), &theirs, new);
        ours
    };
    assert_eq!(after(Pins::default(), true), theirs);
    assert_eq!(after(Pins::default(), false), Pins::default(), "it was forgotten");
    assert_eq!(after(pinned("i-1", key(1)), false), theirs);
    assert_eq!(after(pinned("i-1", key(2)), true), pinned("i-1", key(2)));
    let mut newer = pinned("i-1", key(1));
    newer.sight(&record("i-1", 2_000, true), at(NOW));
    assert_eq!(after(newer.clone(), false), newer);
}

#[test]
fn nodes_with_the_same_key_are_found() {
    let mut pins = Pins::default();
    for (name, seed) in [("a", 1), ("b", 2), ("c", 1), ("d", 3), ("e", 2), ("f", 2)] {
        pins.pin(node(name), key(seed));
    }
    let sharing = |names: &[&str]| {
        let nodes: Vec<NodeId> = names.iter().map(|name| node(name)).collect();
        let mut found = pins.sharing(&nodes);
        found.sort();
        found
    };
    assert_eq!(sharing(&["a", "b", "c", "d", "e", "x"]), [[node("a"), node("c")], [node("b"), node("e")]]);
    assert!(sharing(&["a", "b", "d"]).is_empty());
}
