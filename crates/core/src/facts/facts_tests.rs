use proptest::prelude::*;
use serde_json::{Value, json};

use super::bounds::DEEPEST;
use super::*;

fn flat(value: &Value) -> (Vec<(String, String)>, LeftOut) {
    let mut facts = Facts::default();
    let left_out = facts.merge_value(value);
    (texts(&facts), left_out)
}

fn texts(facts: &Facts) -> Vec<(String, String)> {
    facts.iter().map(|(name, fact)| (name.clone(), fact.text().into_owned())).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn none() -> LeftOut {
    LeftOut::default()
}

#[test]
fn mappings_and_lists_become_names_with_dots() {
    let value = json!({"os": {"name": "Debian", "release": {"major": 13}}, "disks": ["sda", {"size": 4.5}],
        "virtual": true, "nothing": null, "empty": {}, "none": []});
    let expected = pairs(&[
        ("disks.0", "sda"),
        ("disks.1.size", "4.5"),
        ("nothing", "null"),
        ("os.name", "Debian"),
        ("os.release.major", "13"),
        ("virtual", "true"),
    ]);
    assert_eq!(flat(&value), (expected, none()));
    assert_eq!(flat(&json!(["a", ["b"]])), (pairs(&[("0", "a"), ("1.0", "b")]), none()));
}

#[test]
fn a_scalar_without_a_name_is_left_out_and_told() {
    for value in [json!("web"), json!(4), json!(null), json!({"": 1})] {
        assert_eq!(flat(&value), (Vec::new(), LeftOut { names: 1, ..none() }), "{value}");
    }
}

#[test]
fn what_is_too_deep_is_left_out_and_told() {
    let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({"a": inner}));
    assert_eq!(flat(&nested(DEEPEST)), (vec![(vec!["a"; DEEPEST].join("."), "1".to_owned())], none()));
    assert_eq!(flat(&nested(DEEPEST + 1)), (Vec::new(), LeftOut { deep: 1, ..none() }));
}

#[test]
fn long_names_and_texts_are_left_out_whole() {
    let (name, text) = ("n".repeat(LONGEST_NAME), "t".repeat(LONGEST_TEXT));
    let (longer_name, longer_text) = (format!("{name}n"), format!("{text}t"));
    let value = json!({ &name: &text, &longer_name: {"a": 1, "b": 2}, "long": &longer_text });
    let (facts, left_out) = flat(&value);
    assert_eq!(facts, [(name, text)]);
    assert_eq!(left_out, LeftOut { names: 1, long: 1, ..none() });
    let told = left_out.to_string();
    assert!(told.contains("1 without a name") && told.contains("1 with a text of more than 4096 bytes"), "{told}");
}

#[test]
fn much_beneath_a_long_name_costs_nothing() {
    // A copy of the name for each item would be a hundred gigabytes.
    let value = json!({"n".repeat(1_000_000): vec![0; 100_000]});
    assert_eq!(flat(&value), (Vec::new(), LeftOut { names: 1, ..none() }));
}

#[test]
fn there_are_never_more_facts_than_the_bound_and_known_ones_still_change() {
    let many: Vec<usize> = (0..MOST_FACTS + 3).collect();
    let mut facts = Facts::default();
    assert_eq!(facts.merge_value(&json!(many)), LeftOut { too_many: 3, ..none() });
    assert_eq!(facts.len(), MOST_FACTS);
    assert!(!facts.insert("new", "x"));
    assert!(facts.insert("0", "x"));
    assert_eq!(facts.merge(Facts::from_words("1 another").0), LeftOut { too_many: 1, ..none() });
    assert_eq!(facts.get("1"), Some(&Fact::Text("None".to_owned())));
}

#[test]
fn later_facts_win() {
    let mut facts = Facts::default();
    facts.merge_value(&json!({"role": "web", "cpus": 4}));
    facts.merge_value(&json!({"cpus": "eight"}));
    let mut later = Facts::default();
    assert!(later.insert("role", "db"));
    facts.merge(later);
    assert_eq!(texts(&facts), pairs(&[("cpus", "eight"), ("role", "db")]));
}

#[test]
fn each_word_of_a_text_is_a_fact() {
    let (facts, left_out) = Facts::from_words("settings\napache  apache::mod::ssl\r\n\tsettings ");
    let expected = pairs(&[("apache", "None"), ("apache::mod::ssl", "None"), ("settings", "None")]);
    assert_eq!((texts(&facts), left_out), (expected, none()));
}

#[test]
fn lines_of_assignments_are_facts_and_anything_else_is_no_such_text() {
    let (facts, left_out) = Facts::from_assignments("# comment\nrole=web\n\n motd = Hello: a=b \r\nempty=\n").unwrap();
    assert_eq!(texts(&facts), pairs(&[("empty", ""), ("motd", "Hello: a=b"), ("role", "web")]));
    assert_eq!(left_out, none());
    assert_eq!(Facts::from_assignments(" \n").unwrap().0, Facts::default());
    for text in ["role: web", "{\"a=b\": 1}", "a: b=c", "\"a\"=b", "=x", "a=b\nc", "- a=b", "[a=b]", "a => b"] {
        assert!(Facts::from_assignments(text).is_none(), "{text}");
    }
}

#[test]
fn numbers_are_those_of_json() {
    for (text, number) in [("4", 4.0), ("-4", -4.0), ("0", 0.0), ("0.5", 0.5), ("1e3", 1e3), ("2E-2", 0.02)] {
        assert_eq!(number_in(text), Some(number), "{text}");
        assert_eq!(Fact::from(text).number(), Some(number), "{text}");
    }
    let texts =
        ["", "-", "+4", " 4", "4 ", "007", "-01", "4.", ".5", "1.e3", "1e", "0x10", "1_000", "4k", "inf", "NaN"];
    for text in texts.into_iter().chain(["1e999", "1.2.3", "٤", "--4"]) {
        assert_eq!(number_in(text), None, "{text}");
    }
    assert_eq!(Fact::from(4_u64).number(), Some(4.0));
    assert_eq!((Fact::from(true).number(), Fact::Null.number()), (None, None));
}

#[test]
fn in_json_facts_are_a_flat_object_within_the_bounds() {
    let text = r#"{"a":null,"b":true,"c":-4,"d":4.5,"e":"web"}"#;
    let facts: Facts = serde_json::from_str(text).unwrap();
    assert_eq!(texts(&facts), pairs(&[("a", "null"), ("b", "true"), ("c", "-4"), ("d", "4.5"), ("e", "web")]));
    assert_eq!(serde_json::to_string(&facts).unwrap(), text);
    for text in [r#"{"a":{}}"#, r#"{"a":[1]}"#, "[]", "1", r#"{"":1}"#] {
        assert!(serde_json::from_str::<Facts>(text).is_err(), "{text}");
    }
    let long = json!({"a": "t".repeat(LONGEST_TEXT + 1)}).to_string();
    let error = serde_json::from_str::<Facts>(&long).unwrap_err().to_string();
    assert!(error.contains("with a text of more than"), "{error}");
}

fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    scalar.prop_recursive(6, 64, 6, |inner| {
        let items = prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from);
        let fields = prop::collection::btree_map(".{0,4}", inner, 0..6);
        prop_oneof![items, fields.prop_map(|fields| fields.into_iter().collect::<serde_json::Map<_, _>>().into())]
    })
}

/// How many scalars a value has.
fn scalars(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(scalars).sum(),
        Value::Object(fields) => fields.values().map(scalars).sum(),
        _ => 1,
    }
}

proptest! {
    #[test]
    fn any_value_gives_facts_that_survive_json(value in any_value()) {
        let mut facts = Facts::default();
        let left_out = facts.merge_value(&value);
        prop_assert!(facts.len() + left_out.names + left_out.deep <= scalars(&value));
        let again: Facts = serde_json::from_str(&serde_json::to_string(&facts).unwrap()).unwrap();
        prop_assert_eq!(again, facts);
    }

    #[test]
    fn a_number_has_the_text_that_is_this_number(number in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
        let fact = serde_json::from_value::<Fact>(json!(number)).unwrap();
        prop_assert_eq!(fact.number(), Some(number));
        prop_assert_eq!(number_in(&fact.text()), Some(number));
    }
}
