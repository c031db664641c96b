//! The queues of an environment: what they are called, and how they are set.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use bellwether_aws::QueueAttributes;

/// The longest name, so that those of its queues are not too long for SQS.
const LONGEST_NAME: usize = 80 - "_master".len();

/// The name of an environment: what the names of its queues begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) struct QueuePrefix(String);

impl QueuePrefix {
    pub(in crate::commands) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for QueuePrefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(allowed) {
            true => Ok(Self(text.to_owned())),
            false => Err(format!("use 1 to {LONGEST_NAME} letters, digits, '-' and '_'")),
        }
    }
}

/// A queue as it should be.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) attributes: QueueAttributes,
}

/// The three queues. Agents read commands without taking them from each other, and nobody reads old ones: messages are
/// never hidden, and gone after a minute.
pub(super) fn wanted(prefix: &QueuePrefix) -> [Wanted; 3] {
    // Only agents wait for messages: the master looks for replies and facts as often as it needs to.
    [("master", 20), ("agent", 0), ("facts", 0)].map(|(suffix, wait)| Wanted {
        name: format!("{}_{suffix}", prefix.0),
        attributes: QueueAttributes {
            visibility: Duration::ZERO,
            retention: Duration::from_secs(60),
            max_message_size: 64 << 10,
            wait: Duration::from_secs(wait),
            policy: None,
            tags: BTreeMap::new(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_begin_the_names_of_queues_is_a_name() {
        for name in ["testing", "Staging-2_b", &"x".repeat(LONGEST_NAME)] {
            assert!(name.parse::<QueuePrefix>().is_ok(), "{name}");
        }
        for name in ["", "a.b", "a b", "tësting", &"x".repeat(LONGEST_NAME + 1)] {
            assert!(name.parse::<QueuePrefix>().unwrap_err().contains("1 to 73"), "{name}");
        }
    }

    #[test]
    fn only_agents_wait_at_the_queue() {
        let waits = wanted(&"p".parse().unwrap()).map(|queue| (queue.name, queue.attributes.wait.as_secs()));
        assert_eq!(waits, [("p_master", 20), ("p_agent", 0), ("p_facts", 0)].map(|(n, w)| (n.to_owned(), w)));
    }
}
