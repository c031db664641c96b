//! Messages that no caller of ours sends: the log is told, but no flood of them fills it.

use std::collections::BTreeMap;

use bellwether_core::fleet::admit::Ignored;
use bellwether_core::fleet::audit::Entry;
use bellwether_core::tally::Tally;
use bellwether_core::text::shown;

/// How many there were, by what is wrong with them.
#[derive(Default)]
pub(super) struct Oddities(BTreeMap<Ignored, Tally>);

impl Oddities {
    /// What the log is told of a message that was ignored; none when it is nothing odd, or was told often enough.
    pub(super) fn told(&mut self, ignored: Ignored, entry: &Entry) -> Option<String> {
        if !ignored.is_odd() {
            return None;
        }
        let number = self.0.entry(ignored).or_default().add()?;
        let from = match (&entry.caller, &entry.key) {
            (Some(caller), _) => format!("; it was signed by {caller}"),
            (None, Some(key)) => format!("; it claims to be of the key {key}"),
            (None, None) => String::new(),
        };
        let remedy = match ignored {
            Ignored::UnknownKey => "; 'bellwether keys trust' adds the key of a caller",
            _ => "",
        };
        let (reason, why) = (ignored.as_str(), shown(&entry.why));
        Some(format!("a message was ignored ({reason}, number {number}): {why}{from}{remedy}"))
    }
}

#[cfg(test)]
mod tests {
    use bellwether_core::fleet::audit::Verdict;
    use bellwether_core::fleet::keys::SigningKey;
    use bellwether_host::clock;

    use super::*;

    fn entry(why: &str) -> Entry {
        let (time, why) = (clock::now().wall, why.to_owned());
        Entry { time, decision: Verdict::Ignore, why, caller: None, key: None, asked: None, ended: None }
    }

    #[test]
    fn of_a_flood_a_few_are_told_and_of_other_reasons_too() {
        let mut oddities = Oddities::default();
        let told = (0..10_000).filter_map(|_| oddities.told(Ignored::Malformed, &entry("garbage"))).count();
        assert!((10..40).contains(&told), "{told}");
        let key = SigningKey::from_seed([1; 32]).unwrap().public();
        let text = oddities.told(Ignored::UnknownKey, &Entry { key: Some(key), ..entry("nobody knows it") }).unwrap();
        assert!(text.contains("(unknown_key, number 1): nobody knows it") && text.contains(&key.to_string()), "{text}");
        let caller = Some("ops".parse().unwrap());
        let text = oddities.told(Ignored::BadAddress, &Entry { caller, key: Some(key), ..entry("x") }).unwrap();
        assert!(text.ends_with("signed by ops"), "{text}");
    }

    #[test]
    fn what_is_for_others_or_came_before_is_nothing_odd() {
        let mut oddities = Oddities::default();
        for ignored in [Ignored::NotTarget, Ignored::OtherEnvironment, Ignored::Seen, Ignored::Stale] {
            assert_eq!(oddities.told(ignored, &entry("x")), None);
        }
    }

    #[test]
    fn what_others_wrote_stays_on_one_line() {
        let text = Oddities::default().told(Ignored::Malformed, &entry("a\nb\u{1b}[31m")).unwrap();
        assert!(!text.contains(char::is_control), "{text:?}");
    }
}
