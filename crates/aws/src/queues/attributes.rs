//! What a queue is set to.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName as Name;

/// What a queue is set to (Amazon SQS API reference, `SetQueueAttributes`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueAttributes {
    /// For how long nobody else gets a message that was received, in whole seconds, at most 12 hours.
    pub visibility: Duration,
    /// For how long a message is kept, in whole seconds, 60 seconds to 14 days.
    pub retention: Duration,
    /// The longest body, in bytes of UTF-8, 1 KiB to 1 MiB.
    pub max_message_size: u32,
    /// For how long a receiver that does not say waits for a message, in whole seconds, at most 20.
    pub wait: Duration,
    /// The queue's own policy, as JSON; none where the queue needs none. One that is there is not removed.
    pub policy: Option<String>,
    /// Tags. Others that the queue has are left.
    pub tags: BTreeMap<String, String>,
}

impl QueueAttributes {
    /// As SQS writes them.
    pub(super) fn to_sdk(&self) -> HashMap<Name, String> {
        let seconds = |duration: Duration| duration.as_secs().to_string();
        let numbers = [
            (Name::VisibilityTimeout, seconds(self.visibility)),
            (Name::MessageRetentionPeriod, seconds(self.retention)),
            (Name::MaximumMessageSize, self.max_message_size.to_string()),
            (Name::ReceiveMessageWaitTimeSeconds, seconds(self.wait)),
        ];
        let policy = self.policy.iter().map(|policy| (Name::Policy, policy.clone()));
        numbers.into_iter().chain(policy).collect()
    }

    /// Those that a queue with these attributes has not.
    pub(super) fn missing_in(&self, found: &HashMap<Name, String>) -> HashMap<Name, String> {
        let same = |name: &Name, value: &str| {
            found.get(name).is_some_and(|there| match name {
                Name::Policy => same_policy(there, value),
                _ => there == value,
            })
        };
        self.to_sdk().into_iter().filter(|(name, value)| !same(name, value)).collect()
    }

    /// The tags that a queue with these tags has not.
    pub(super) fn tags_missing_in(&self, found: &HashMap<String, String>) -> HashMap<String, String> {
        let missing = self.tags.iter().filter(|(key, value)| found.get(*key) != Some(value));
        missing.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// In what a queue with these attributes and tags is not so, in the order of their names.
    pub(super) fn differences(
        &self,
        attributes: &HashMap<Name, String>,
        tags: &HashMap<String, String>,
    ) -> Vec<Difference> {
        let missing = self.missing_in(attributes).into_iter().map(|(name, wanted)| Difference {
            found: attributes.get(&name).cloned(),
            of: DifferenceOf::Attribute(name.as_str().to_owned()),
            wanted,
        });
        let missing_tags = self.tags_missing_in(tags).into_iter().map(|(key, wanted)| Difference {
            found: tags.get(&key).cloned(),
            of: DifferenceOf::Tag(key),
            wanted,
        });
        let mut differences: Vec<_> = missing.chain(missing_tags).collect();
        differences.sort();
        differences
    }

    /// The attributes by the names of SQS, as `CreateQueue` takes them.
    pub fn as_sent(&self) -> BTreeMap<String, String> {
        self.to_sdk().into_iter().map(|(name, value)| (name.as_str().to_owned(), value)).collect()
    }
}

/// Something in which a queue is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// In what.
    pub of: DifferenceOf,
    /// What the queue has; none where it has nothing.
    pub found: Option<String>,
    /// What it should have.
    pub wanted: String,
}

/// What a queue can have otherwise than it should.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceOf {
    /// An attribute, by its name at SQS.
    Attribute(String),
    /// A tag, by its key.
    Tag(String),
}

impl fmt::Display for DifferenceOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => f.write_str(name),
            Self::Tag(key) => write!(f, "tag {key}"),
        }
    }
}

/// SQS may write the same policy with its keys in another order.
fn same_policy(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    read(one).is_some_and(|one| Some(one) == read(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes() -> QueueAttributes {
        QueueAttributes {
            visibility: Duration::ZERO,
            retention: Duration::from_secs(60),
            max_message_size: 65_536,
            wait: Duration::from_secs(20),
            policy: Some(r#"{"a":1,"b":2}"#.to_owned()),
            tags: BTreeMap::from([("env".to_owned(), "testing".to_owned())]),
        }
    }

    #[test]
    fn only_what_differs_is_missing() {
        let wanted = attributes();
        let mut found = wanted.to_sdk();
        found.insert(Name::Policy, r#"{ "b": 2, "a": 1 }"#.to_owned());
        found.insert(Name::DelaySeconds, "7".to_owned());
        assert!(wanted.missing_in(&found).is_empty());
        found.insert(Name::VisibilityTimeout, "30".to_owned());
        found.remove(&Name::Policy);
        let mut missing: Vec<_> = wanted.missing_in(&found).into_keys().collect();
        missing.sort();
        assert_eq!(missing, [Name::Policy, Name::VisibilityTimeout]);
    }

    #[test]
    fn differences_say_what_is_and_what_should_be() {
        let wanted = attributes();
        let mut found = wanted.to_sdk();
        found.insert(Name::MessageRetentionPeriod, "345600".to_owned());
        let tags = HashMap::from([("other".to_owned(), "x".to_owned())]);
        let told = wanted.differences(&found, &tags).into_iter().map(|d| (d.of.to_string(), d.found, d.wanted));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                ("MessageRetentionPeriod".to_owned(), Some("345600".to_owned()), "60".to_owned()),
                ("tag env".to_owned(), None, "testing".to_owned()),
            ]
        );
    }
}
