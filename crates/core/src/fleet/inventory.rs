//! What is known of the nodes without asking them: what each agent last said of itself, signed by it.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::request::EnvironmentName;
use crate::facts::Facts;
use crate::names::NodeId;

/// After how many of its own periods without a word a node counts as silent.
pub const PERIODS_UNTIL_SILENT: u32 = 3;

/// Says that a body is a node's word of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// The one value.
    Node,
}

/// What an agent says of itself, at its start, when its facts change, every period, and when it ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeRecord {
    /// That it is one.
    pub kind: NodeKind,
    /// Who it is.
    pub node: NodeId,
    /// The environment it listens in.
    pub env: EnvironmentName,
    /// What it knows of its node.
    pub facts: Facts,
    /// When it said so, by its own clock.
    pub seen: Timestamp,
    /// How long after that it says so again, at the latest.
    pub period_ms: u64,
    /// The agent's release.
    pub version: String,
    /// Whether it has ended on purpose since: then it is not expected to answer.
    #[serde(default)]
    pub left: bool,
}

/// Whether a node can be expected to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Presence {
    /// It spoke within its last periods.
    Present,
    /// It has not, and did not say that it ends.
    Silent,
    /// It said that it ends.
    Left,
}

impl NodeRecord {
    /// Whether it can be expected to answer at `now`.
    pub fn presence(&self, now: Timestamp) -> Presence {
        if self.left {
            return Presence::Left;
        }
        let patience = Duration::from_millis(self.period_ms).saturating_mul(PERIODS_UNTIL_SILENT);
        let until = self.seen.checked_add(patience).unwrap_or(Timestamp::MAX);
        if now <= until { Presence::Present } else { Presence::Silent }
    }

    /// The body to be signed.
    ///
    /// # Errors
    /// When it cannot be written as JSON; it has no reason to.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads a body whose signature was found right.
    ///
    /// # Errors
    /// When it is no record that this release understands.
    pub fn decode(body: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_present_silent_or_has_left() {
        let mut record = NodeRecord {
            kind: NodeKind::Node,
            node: NodeId::new("i-1").unwrap(),
            env: "production".parse().unwrap(),
            facts: Facts::default(),
            seen: Timestamp::from_second(1_000).unwrap(),
            period_ms: 60_000,
            version: "0.1.0".to_owned(),
            left: false,
        };
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(record.presence(at(1_180)), Presence::Present);
        assert_eq!(record.presence(at(1_181)), Presence::Silent);
        // Its clock may be ahead of ours.
        assert_eq!(record.presence(at(0)), Presence::Present);
        assert_eq!(NodeRecord::decode(&record.encode().unwrap()).unwrap(), record);
        record.left = true;
        assert_eq!(record.presence(at(1_001)), Presence::Left);
    }
}
