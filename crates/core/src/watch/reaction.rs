//! What can be done about a state, and in which order.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::duration;

/// The longest chain of reactions.
const MOST_REACTIONS: usize = 32;
/// The longest that any reaction waits on purpose: the longest that Auto Scaling holds an instance.
const LONGEST_SETTLE: Duration = Duration::from_hours(48);

/// What is done about a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reaction {
    /// Wait.
    Settle(Duration),
    /// Take the node out of all its load balancers, and wait until it is out.
    Deregister,
    /// Refuse new connections to the configured ports, until the node is back.
    BlockPorts,
    /// Run the scripts in the state's directory.
    Hooks,
    /// Tell a web server.
    Webhook,
    /// Let Auto Scaling go on with the termination, which is held up by heartbeats until then.
    CompleteLifecycle(Completion),
}

/// How a lifecycle action is completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Completion {
    /// `CONTINUE`
    Continue,
    /// `ABANDON`
    Abandon,
}

/// Why a text is no chain of reactions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReactionError {
    /// Not a reaction.
    #[error(
        "'{0}' is no reaction; use settle DURATION, deregister, block-ports, hooks, webhook, or complete-lifecycle \
         [continue|abandon], separated by commas"
    )]
    Unknown(String),
    /// Not a duration, or one that is too long.
    #[error("settle: {0}")]
    Settle(String),
    /// More than anybody needs.
    #[error("more than {MOST_REACTIONS} reactions")]
    TooMany,
}

impl FromStr for Reaction {
    type Err = ReactionError;

    fn from_str(text: &str) -> Result<Self, ReactionError> {
        let (name, rest) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
        match (name, rest.trim()) {
            ("settle", length) => settle(length),
            ("deregister", "") => Ok(Self::Deregister),
            ("block-ports", "") => Ok(Self::BlockPorts),
            ("hooks", "") => Ok(Self::Hooks),
            ("webhook", "") => Ok(Self::Webhook),
            ("complete-lifecycle", "" | "continue") => Ok(Self::CompleteLifecycle(Completion::Continue)),
            ("complete-lifecycle", "abandon") => Ok(Self::CompleteLifecycle(Completion::Abandon)),
            _ => Err(ReactionError::Unknown(text.trim().to_owned())),
        }
    }
}

fn settle(length: &str) -> Result<Reaction, ReactionError> {
    match duration::parse(length) {
        Ok(length) if length <= LONGEST_SETTLE => Ok(Reaction::Settle(length)),
        Ok(_) => Err(ReactionError::Settle(format!("'{length}' is too long; at most 48h are allowed"))),
        Err(error) => Err(ReactionError::Settle(error.to_string())),
    }
}

impl fmt::Display for Reaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settle(length) => write!(f, "settle {}", duration::display(*length)),
            Self::Deregister => f.write_str("deregister"),
            Self::BlockPorts => f.write_str("block-ports"),
            Self::Hooks => f.write_str("hooks"),
            Self::Webhook => f.write_str("webhook"),
            Self::CompleteLifecycle(Completion::Continue) => f.write_str("complete-lifecycle"),
            Self::CompleteLifecycle(Completion::Abandon) => f.write_str("complete-lifecycle abandon"),
        }
    }
}

/// The reactions to a state, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chain(pub Vec<Reaction>);

impl FromStr for Chain {
    type Err = ReactionError;

    /// Reads reactions separated by commas; an empty text has none.
    fn from_str(text: &str) -> Result<Self, ReactionError> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let chain: Vec<_> = words.map(str::parse).collect::<Result<_, _>>()?;
        if chain.len() > MOST_REACTIONS { Err(ReactionError::TooMany) } else { Ok(Self(chain)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_reads_in_its_order() {
        let chain: Chain = " block-ports, settle 15s,deregister, hooks, complete-lifecycle abandon".parse().unwrap();
        let texts: Vec<_> = chain.0.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["block-ports", "settle 15.0s", "deregister", "hooks", "complete-lifecycle abandon"]);
        assert_eq!("".parse(), Ok(Chain::default()));
        assert_eq!("complete-lifecycle continue".parse::<Reaction>(), "complete-lifecycle".parse());
    }

    #[test]
    fn what_is_no_reaction_is_refused() {
        for text in ["drain", "settle", "settle soon", "settle 3d", "hooks now", "complete-lifecycle perhaps"] {
            assert!(text.parse::<Chain>().is_err(), "{text}");
        }
        assert_eq!(vec!["hooks"; 33].join(",").parse::<Chain>(), Err(ReactionError::TooMany));
    }
}
