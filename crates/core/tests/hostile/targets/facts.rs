//! Facts in JSON, in lines and in words.

use bellwether_core::facts::Facts;
use bellwether_core::facts::bounds::{LONGEST_NAME, LONGEST_TEXT, MOST_FACTS};

/// Reads facts in each way there is. Whatever comes of it is within the bounds, and the same after it was sent.
pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut all = Facts::default();
    if let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) {
        all.merge_value(&value);
    }
    if let Ok(flat) = serde_json::from_slice::<Facts>(bytes) {
        check(&flat);
        all.merge(flat);
    }
    if let Some((assigned, _)) = Facts::from_assignments(&text) {
        check(&assigned);
        all.merge(assigned);
    }
    let (words, _) = Facts::from_words(&text);
    check(&words);
    all.merge(words);
    check(&all);
}

fn check(facts: &Facts) {
    assert!(facts.len() <= MOST_FACTS);
    for (name, fact) in facts {
        assert!((1..=LONGEST_NAME).contains(&name.len()));
        assert!(fact.text().len() <= LONGEST_TEXT);
        assert!(fact.number().is_none_or(f64::is_finite));
    }
    let sent = serde_json::to_vec(facts).expect("facts can be written");
    assert_eq!(serde_json::from_slice::<Facts>(&sent).ok().as_ref(), Some(facts));
}
