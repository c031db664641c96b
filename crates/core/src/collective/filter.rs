//! Which agents a command is for: `wf` names facts an agent must have, `wof` facts it must not have.

use crate::facts::Facts;

/// The conditions of a command, as they travel: joined by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LegacyFilter {
    /// All of these must hold ("with facts").
    pub wf: Option<String>,
    /// None of these may hold ("without facts"); looked at first.
    pub wof: Option<String>,
}

impl LegacyFilter {
    /// A filter of conditions as they are given, one by one; each may hold commas itself.
    pub fn new(with: &[String], without: &[String]) -> Self {
        let joined = |conditions: &[String]| (!conditions.is_empty()).then(|| conditions.join(","));
        Self { wf: joined(with), wof: joined(without) }
    }

    /// Whether an agent with these facts is meant.
    pub fn passes(&self, facts: &Facts) -> bool {
        let is_excluded = self.wof.as_deref().is_some_and(|all| all.split(',').any(|one| holds(one, facts)));
        !is_excluded && self.wf.as_deref().is_none_or(|all| all.split(',').all(|one| holds(one, facts)))
    }
}

/// `key=value`: the fact's text is that; the first `=` splits. `key`: the fact is there.
///
/// The old programs compared a number with a text and never found them equal, so that `-n cpus=4` ran where it must
/// not; here the texts are compared.
fn holds(condition: &str, facts: &Facts) -> bool {
    match condition.split_once('=') {
        Some((key, value)) => facts.get(key).is_some_and(|fact| fact.text() == value),
        None => facts.get(condition).is_some() || has_parts(condition, facts),
    }
}

/// A fact that was a mapping or a list is there only by its parts, `key.part`.
fn has_parts(key: &str, facts: &Facts) -> bool {
    facts.iter().any(|(name, _)| name.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn passes(with: &[&str], without: &[&str]) -> bool {
        let mut facts = Facts::default();
        let all = json!({
            "role": "web", "cpus": 4, "load": 0.5, "spare": false, "url": "a=b=c", "memcached": "None", "gone": null,
            "os": {"name": "debian"},
        });
        assert!(facts.merge_value(&all).is_empty());
        let given = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        LegacyFilter::new(&given(with), &given(without)).passes(&facts)
    }

    #[test]
    fn without_conditions_everybody_is_meant() {
        assert!(passes(&[], &[]));
        assert!(LegacyFilter::default().passes(&Facts::default()));
    }

    #[test]
    fn all_of_with_and_none_of_without_must_hold() {
        assert!(passes(&["role=web"], &[]));
        assert!(passes(&["role=web", "memcached"], &["role=db"]));
        assert!(passes(&["role=web,memcached"], &["mysql,role=db"]));
        assert!(!passes(&["role=web", "mysql"], &[]));
        assert!(!passes(&["role=db"], &[]));
        assert!(!passes(&[], &["mysql", "memcached"]));
        assert!(!passes(&["role=web"], &["role=web"]), "without is looked at first");
    }

    #[test]
    fn numbers_and_other_scalars_are_compared_as_texts() {
        assert!(passes(&["cpus=4", "load=0.5", "spare=false", "gone=null"], &[]));
        assert!(!passes(&[], &["cpus=4"]), "must not run where there are 4");
        assert!(!passes(&["cpus=04"], &[]));
        assert!(passes(&[], &["cpus=40"]));
    }

    #[test]
    fn the_first_equals_sign_splits() {
        assert!(passes(&["url=a=b=c"], &[]));
        assert!(!passes(&["url=a"], &[]));
    }

    #[test]
    fn a_mapping_is_there_by_its_parts() {
        assert!(passes(&["os", "os.name=debian"], &[]));
        assert!(!passes(&["o"], &[]));
    }

    #[test]
    fn an_empty_condition_holds_nowhere() {
        assert!(!passes(&["role=web,"], &[]));
        assert!(!passes(&[""], &[]));
        assert!(passes(&[], &[""]));
    }
}
