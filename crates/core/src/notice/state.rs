//! The states of a node, as far as leaving goes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a node is about to do, in order of urgency: of several, the last one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeState {
    /// It is in service.
    Running,
    /// A state of the source's own that says nothing of leaving, such as `pending` or CloneSquad's `bounced`.
    Other,
    /// It may be taken away soon (a spot rebalance recommendation).
    AtRisk,
    /// Something is planned for it, at a time that is not near.
    Scheduled,
    /// It stays up, but is given no work: standby, detached, not registered.
    OutOfService,
    /// It is given no new work and finishes what it has.
    Draining,
    /// It will be stopped, hibernated or restarted.
    Stopping,
    /// It will be terminated.
    Terminating,
}

impl NodeState {
    /// All of them, the most urgent last.
    pub const ALL: [Self; 8] = [
        Self::Running,
        Self::Other,
        Self::AtRisk,
        Self::Scheduled,
        Self::OutOfService,
        Self::Draining,
        Self::Stopping,
        Self::Terminating,
    ];

    /// Whether the node is on its way out, so that even one who sees it for the first time must act.
    pub const fn is_leaving(self) -> bool {
        matches!(self, Self::Draining | Self::Stopping | Self::Terminating)
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Other => "other",
            Self::AtRisk => "at-risk",
            Self::Scheduled => "scheduled",
            Self::OutOfService => "out-of-service",
            Self::Draining => "draining",
            Self::Stopping => "stopping",
            Self::Terminating => "terminating",
        }
    }
}

impl fmt::Display for NodeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_in_order_of_urgency() {
        assert!(NodeState::ALL.is_sorted());
        assert_eq!(NodeState::ALL.last(), Some(&NodeState::Terminating));
        assert!(NodeState::ALL.iter().skip_while(|state| !state.is_leaving()).all(|state| state.is_leaving()));
    }

    #[test]
    fn names_are_those_of_the_saved_form() {
        for state in NodeState::ALL {
            assert_eq!(serde_json::to_string(&state).unwrap(), format!("\"{state}\""));
        }
    }
}
