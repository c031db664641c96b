//! Regular expressions that take other engines forever.

use bellwether_core::facts::Facts;
use bellwether_core::facts::bounds::LONGEST_TEXT;
use bellwether_core::filter::Filter;
use proptest::prelude::*;

use crate::corpus::within_bounds;

/// Repetitions within repetitions, and alternatives that are the same: exponential where an engine tries them all.
fn pattern() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![Just("a"), Just("[ab]"), Just("."), Just(r"\\w"), Just("a?")].prop_map(str::to_owned);
    leaf.prop_recursive(6, 24, 3, |inner| {
        let repeated = (inner.clone(), prop_oneof![Just("*"), Just("+"), Just("{2,9}"), Just("*?")]);
        let either = (inner.clone(), inner.clone());
        let both = (inner.clone(), inner);
        prop_oneof![
            repeated.prop_map(|(inner, times)| format!("({inner}){times}")),
            either.prop_map(|(left, right)| format!("({left}|{right})")),
            both.prop_map(|(left, right)| format!("{left}{right}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_pattern_takes_long(pattern in pattern()) {
        let mut facts = Facts::default();
        prop_assert!(facts.insert("a", "a".repeat(LONGEST_TEXT)));
        let text = format!("a~\"{pattern}$\" and a!~\"^{pattern}!$\"");
        within_bounds(&text, || {
            if let Ok(filter) = Filter::parse(&text) {
                filter.matches(&facts);
            }
        });
    }
}
