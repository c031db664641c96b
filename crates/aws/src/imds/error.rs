//! Why the metadata service told nothing, and what to do about it.

use bellwether_core::roster::{RosterError, RosterErrorKind};

/// Why the metadata service told nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImdsError {
    /// This host has no metadata service, or its use is turned off in the environment.
    #[error("this host has no EC2 instance metadata service: {0}")]
    Absent(String),
    /// The variables that say where it is make no sense.
    #[error("the EC2 instance metadata service cannot be asked: {0}")]
    Misconfigured(String),
    /// It is there, but switched off for this instance.
    #[error("the EC2 instance metadata service is disabled for this instance: {0}")]
    Disabled(String),
    /// It is there, but its token does not reach us.
    #[error(
        "the EC2 instance metadata service at {0} accepted the connection but sent no token: \
             the hop limit of its answers is too low for this host or container"
    )]
    HopLimit(String),
    /// It does not take the token it gave.
    #[error("the EC2 instance metadata service refused its own token for {0}")]
    Unauthorized(String),
    /// It answers with an error.
    #[error("the EC2 instance metadata service answered {what} with HTTP status {status}")]
    Unhealthy {
        /// What was asked.
        what: String,
        /// The HTTP status.
        status: u16,
    },
    /// It gave no whole answer.
    #[error("the EC2 instance metadata service did not answer {what}: {why}")]
    Unanswered {
        /// What was asked.
        what: String,
        /// What happened instead.
        why: String,
    },
    /// It answers with something else than what was asked.
    #[error("the EC2 instance metadata service answered {what} with something unusable: {why}")]
    Malformed {
        /// What was asked.
        what: String,
        /// What is wrong with the answer.
        why: String,
    },
}

impl ImdsError {
    /// What to do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Absent(_) => {
                "outside EC2, give the node's id, the region and credentials by options, environment or files"
            }
            Self::Misconfigured(_) => "correct or unset the AWS_EC2_METADATA_SERVICE_ENDPOINT variables",
            Self::Disabled(_) => {
                "enable it: aws ec2 modify-instance-metadata-options --instance-id ID --http-endpoint enabled"
            }
            Self::HopLimit(_) => {
                "raise the limit: aws ec2 modify-instance-metadata-options --instance-id ID \
                 --http-put-response-hop-limit 2"
            }
            Self::Unauthorized(_) => "check what stands between this host and 169.254.169.254 (a metadata proxy?)",
            Self::Unhealthy { .. } | Self::Unanswered { .. } => {
                "try again; when it stays so, look for a metadata proxy or firewall, or restart the instance"
            }
            Self::Malformed { .. } => {
                "check AWS_EC2_METADATA_SERVICE_ENDPOINT and what answers at 169.254.169.254 on this host"
            }
        }
    }
}

impl From<ImdsError> for RosterError {
    fn from(error: ImdsError) -> Self {
        let kind = match error {
            // Asking again changes nothing; only other settings do.
            ImdsError::Absent(_) | ImdsError::Misconfigured(_) | ImdsError::Disabled(_) => RosterErrorKind::Denied,
            _ => RosterErrorKind::Unavailable,
        };
        Self { kind, message: error.to_string(), remedy: error.remedy().to_owned() }
    }
}
