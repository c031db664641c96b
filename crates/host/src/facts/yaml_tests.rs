use serde_json::json;

use super::*;

#[test]
fn scalars_are_what_they_are_in_yaml_1_2() {
    let text =
        "a: 4\nb: 4.5\nc: true\nd: ~\ne: yes\nf: \"007\"\ng: 12:30\nh: 2026-01-02\ni: .inf\nj: 6.1.0-18\nk: 'x: y'\n";
    let expected = json!({"a": 4, "b": 4.5, "c": true, "d": null, "e": "yes", "f": "007", "g": "12:30",
        "h": "2026-01-02", "i": ".inf", "j": "6.1.0-18", "k": "x: y"});
    assert_eq!(parse(text), Ok(expected));
}

#[test]
fn the_later_of_two_values_wins_and_keys_need_not_be_texts() {
    assert_eq!(parse("a: 1\na: 2\n1: x\ntrue: y\n"), Ok(json!({"a": 2, "1": "x", "true": "y"})));
}

#[test]
fn what_ruby_programs_write_is_read() {
    let text = "--- !ruby/object:Puppet::Node::Facts\n  name: web-1\n  values:\n    !ruby/sym _timestamp: 2026\n    role: web\n";
    assert_eq!(parse(text), Ok(json!({"name": "web-1", "values": {"_timestamp": 2026, "role": "web"}})));
}

#[test]
fn aliases_and_merges_are_followed() {
    let text = "base: &base {role: web}\nother: *base\nmerged:\n  <<: *base\n  cpus: 4\n";
    let base = json!({"role": "web"});
    assert_eq!(parse(text), Ok(json!({"base": base, "other": base, "merged": {"role": "web", "cpus": 4}})));
}

/// Each list has nine times the one before.
fn billion_laughs() -> String {
    let first = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    (1..12).fold(first, |text, level| {
        let inner = vec![format!("*a{}", level - 1); 9].join(", ");
        format!("{text}a{level}: &a{level} [{inner}]\n")
    })
}

#[test]
fn what_would_grow_beyond_bounds_is_refused() {
    let deep_blocks: String = (0..500).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    for (name, text) in [
        ("billion laughs", billion_laughs()),
        ("aliases", format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000), vec!["*a"; MOST_ALIASES + 1].join(", "))),
        ("repeated text", format!("a: &a {}\nb: [{}]\n", "x".repeat(400_000), vec!["*a"; 20].join(", "))),
        ("itself", "a: &a [*a]\n".to_owned()),
        ("deep lists", "[".repeat(100_000)),
        ("deep mappings", "{a: ".repeat(50_000)),
        ("deep blocks", deep_blocks),
        ("deep items", "- ".repeat(50_000)),
        ("nodes", format!("[{}]", vec!["x"; MOST_NODES].join(", "))),
        ("documents", "--- a\n".repeat(10_000)),
        ("nothing to be read", "\0".to_owned()),
    ] {
        assert!(parse(&text).is_err(), "{name}");
    }
}

#[test]
fn a_large_document_within_the_bounds_is_read() {
    let text: String = (0..10_000).map(|at| format!("fact_{at}: {at}\n")).collect();
    assert_eq!(parse(&text).unwrap().as_object().unwrap().len(), 10_000);
}
