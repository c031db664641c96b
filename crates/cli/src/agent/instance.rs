//! What EC2 tells of this node: seldom asked, for little of it changes, and tags are asked of an API.

use std::time::Duration;

use bellwether_aws::InstanceFacts;
use bellwether_core::facts::Facts;
use bellwether_core::time::Mono;

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(3_600);
/// The first pause after it did not tell everything; it doubles.
const AGAIN: Duration = Duration::from_secs(30);

/// What it told, and when it is asked again.
#[derive(Default)]
pub(super) struct Instance {
    pub(super) facts: Facts,
    problems: Vec<String>,
    again_at: Option<Mono>,
    pause: Option<Duration>,
}

impl Instance {
    /// Whether it is to be asked.
    pub(super) fn is_due(&self, now: Mono) -> bool {
        self.again_at.is_none_or(|at| at <= now)
    }

    /// What is not told now stays as it was told before. The answer is what is newly wrong.
    pub(super) fn take(&mut self, found: InstanceFacts, now: Mono) -> Vec<String> {
        let is_new = |problem: &&String| !self.problems.contains(problem);
        let news = found.problems.iter().filter(is_new).cloned().collect();
        let wait = if found.problems.is_empty() {
            (self.facts, self.pause) = (found.facts, None);
            EVERY
        } else {
            self.facts.merge(found.facts);
            let pause = self.pause.map_or(AGAIN, |pause| (pause * 2).min(EVERY));
            *self.pause.insert(pause)
        };
        self.problems = found.problems;
        self.again_at = Some(now + wait);
        news
    }
}

#[cfg(test)]
mod tests {
    use bellwether_host::clock;

    use super::*;

    fn found(facts: &[(&str, &str)], problems: &[&str]) -> InstanceFacts {
        let mut found = InstanceFacts::default();
        for &(name, value) in facts {
            found.facts.insert(name, value);
        }
        found.problems = problems.iter().map(|&problem| problem.to_owned()).collect();
        found
    }

    #[test]
    fn what_ec2_does_not_tell_now_stays_and_is_soon_asked_again() {
        let (mut instance, now) = (Instance::default(), clock::mono());
        assert!(instance.is_due(now));
        instance.take(found(&[("region", "eu"), ("tag.site", "prod")], &[]), now);
        assert_eq!(instance.again_at, Some(now + EVERY));
        assert!(!instance.is_due(now) && instance.is_due(now + EVERY));
        assert_eq!(instance.take(found(&[("region", "eu")], &["no tags"]), now), ["no tags"]);
        assert!(instance.facts.get("tag.site").is_some());
        assert_eq!(instance.again_at, Some(now + AGAIN));
        assert!(instance.take(found(&[], &["no tags"]), now).is_empty(), "it was said");
        assert_eq!(instance.again_at, Some(now + AGAIN * 2));
        instance.take(found(&[("region", "eu")], &[]), now);
        assert!(instance.facts.get("tag.site").is_none(), "it was taken away");
    }
}
