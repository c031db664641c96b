//! Who tells that this node leaves, as text.

use std::fmt;
use std::str::FromStr;

use crate::roster::GroupRef;

/// Who tells that this node leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceRef {
    /// CloneSquad's API.
    CloneSquad,
    /// The pages of the EC2 instance metadata service.
    Imds,
    /// How the node stands in a load balancer: `elb:` or `alb:`.
    Balancer(GroupRef),
    /// A shutdown of this host that systemd has been asked for.
    Shutdown,
}

/// Why a text names no source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no source; use clonesquad, imds, elb:NAME, alb:NAME-OR-ARN or shutdown")]
pub struct SourceError(String);

impl FromStr for SourceRef {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        match text.trim() {
            "clonesquad" => Ok(Self::CloneSquad),
            "imds" => Ok(Self::Imds),
            "shutdown" => Ok(Self::Shutdown),
            group => match group.parse() {
                Ok(group @ (GroupRef::Elb(_) | GroupRef::Alb(_))) => Ok(Self::Balancer(group)),
                _ => Err(SourceError(group.to_owned())),
            },
        }
    }
}

impl fmt::Display for SourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloneSquad => f.write_str("clonesquad"),
            Self::Imds => f.write_str("imds"),
            Self::Balancer(group) => write!(f, "{group}"),
            Self::Shutdown => f.write_str("shutdown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_reads_as_it_is_written() {
        for text in ["clonesquad", "imds", "shutdown", "elb:web", "alb:web"] {
            assert_eq!(text.parse::<SourceRef>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn groups_that_nobody_leaves_are_no_sources() {
        for text in ["", "local", "asg:web", "tag:a=b", "elb:", "IMDS"] {
            assert!(text.parse::<SourceRef>().is_err(), "{text}");
        }
    }
}
