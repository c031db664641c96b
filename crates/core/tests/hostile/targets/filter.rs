//! The text of a filter.

use bellwether_core::facts::Facts;
use bellwether_core::facts::bounds::LONGEST_TEXT;
use bellwether_core::filter::Filter;

/// Reads a filter. One that is taken is judged, and is the same when it is read again; an error can be shown.
pub(crate) fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Filter::parse(&text) {
        Ok(filter) => {
            let facts = facts(&text);
            let judged = filter.matches(&facts);
            let again = Filter::parse(&filter.to_string()).map(|again| again.matches(&facts));
            assert_eq!(again.ok(), Some(judged));
        }
        Err(error) => {
            let pointed = error.pointed();
            assert_eq!(pointed.lines().count(), 2, "{pointed}");
            assert!(!error.to_string().is_empty());
        }
    }
}

/// Facts with the names that the text speaks of. Those of odd length have a value that takes long to search.
fn facts(text: &str) -> Facts {
    let mut facts = Facts::default();
    let names = text.split(|character: char| !character.is_alphanumeric()).filter(|name| !name.is_empty());
    for name in names {
        facts.insert(name, if name.len() % 2 == 1 { "a".repeat(LONGEST_TEXT) } else { name.len().to_string() });
    }
    facts
}
