//! What went wrong at AWS, told as a roster's error: by the error's code, never by the words of its message.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bellwether_core::roster::{RosterError, RosterErrorKind};
use jiff::Timestamp;

use crate::text::{causes, shown};

/// Why a question was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// AWS answered with an error.
    Refused {
        /// The HTTP status.
        status: u16,
        /// AWS's code for the error; may be empty.
        code: String,
        /// AWS's explanation.
        message: String,
        /// AWS's clock and ours, where known.
        clocks: Option<Clocks>,
    },
    /// No answer in time.
    TimedOut,
    /// No connection, or it broke.
    Unreached(String),
    /// An answer that cannot be read.
    Unreadable(String),
}

/// What two clocks showed at about the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clocks {
    pub(crate) aws: Timestamp,
    pub(crate) local: Timestamp,
}

/// What was asked of whom.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The IAM action, such as `elasticloadbalancing:DescribeInstanceHealth`.
    pub(crate) action: &'static str,
    /// On what: a group, or `this caller`.
    pub(crate) subject: String,
    /// The region asked.
    pub(crate) region: String,
    /// The host asked.
    pub(crate) host: String,
}

/// The kinds of refusal that have different remedies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    NotFound,
    NotAllowed,
    Expired,
    UnknownKey,
    Signature,
    Throttled,
    Invalid,
    Other,
}

impl Failure {
    /// Whether another attempt may succeed.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Refused { status, code, .. } => *status >= 500 || refusal(*status, code) == Refusal::Throttled,
            Self::TimedOut | Self::Unreached(_) => true,
            Self::Unreadable(_) => false,
        }
    }
}

/// The failure of an SDK's operation.
pub(crate) fn from_sdk<E>(error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error {
        // The SDK takes an answer that breaks off for an error of the service that it does not know.
        SdkError::ServiceError(context) if context.raw().status().is_success() => {
            Failure::Unreadable(causes(context.err()))
        }
        SdkError::ServiceError(context) => Failure::Refused {
            status: context.raw().status().as_u16(),
            code: context.err().code().unwrap_or_default().to_owned(),
            message: context.err().message().unwrap_or_default().to_owned(),
            clocks: None,
        },
        SdkError::TimeoutError(_) => Failure::TimedOut,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Failure::TimedOut,
        SdkError::DispatchFailure(failure) => {
            Failure::Unreached(failure.as_connector_error().map_or_else(String::new, |error| causes(error)))
        }
        SdkError::ResponseError(context) if !context.raw().status().is_success() => Failure::Refused {
            status: context.raw().status().as_u16(),
            code: String::new(),
            message: String::new(),
            clocks: None,
        },
        other => Failure::Unreadable(causes(other)),
    }
}

impl Asked {
    /// The error to show for a failure.
    pub(crate) fn failed(&self, failure: &Failure) -> RosterError {
        match failure {
            Failure::Refused { status, code, message, clocks } => self.refused(*status, code, message, *clocks),
            Failure::TimedOut => self.unavailable("no answer in time"),
            Failure::Unreached(why) => self.unavailable(&format!("no connection: {}", shown(why))),
            Failure::Unreadable(why) => self.unavailable(&format!("the answer cannot be read: {}", shown(why))),
        }
    }

    fn unavailable(&self, why: &str) -> RosterError {
        let remedy = format!(
            "check the network, the DNS and the proxy settings towards {}, and that {} is the right region",
            self.host, self.region
        );
        self.error(RosterErrorKind::Unavailable, why, remedy)
    }

    fn refused(&self, status: u16, code: &str, message: &str, clocks: Option<Clocks>) -> RosterError {
        let refusal = refusal(status, code);
        let mut why = match code {
            "" => format!("HTTP status {status}"),
            code => shown(code),
        };
        if !message.is_empty() {
            why = format!("{why}: {}", shown(message));
        }
        if let (Refusal::Signature | Refusal::Expired, Some(difference)) = (refusal, clocks.and_then(difference)) {
            why = format!("{why}; {difference}");
        }
        self.error(refusal.kind(), &why, self.remedy(refusal))
    }

    fn remedy(&self, refusal: Refusal) -> String {
        let Self { action, subject, region, .. } = self;
        match refusal {
            Refusal::NotFound => format!("check the name, and that {subject} is in {region} and in this account"),
            Refusal::NotAllowed => format!(
                "allow {action} to these credentials; 'bellwether iam once --group {subject}' prints the policy"
            ),
            Refusal::Expired => {
                "renew the credentials (they have expired), or set this host's clock if it is wrong".to_owned()
            }
            Refusal::UnknownKey => format!(
                "check that the credentials exist, are active and belong to the partition of {region}; \
                 'bellwether doctor' shows where they come from"
            ),
            Refusal::Signature => {
                "check the secret access key, and that this host's clock is right (chrony or NTP)".to_owned()
            }
            Refusal::Throttled => {
                format!("ask less often, or ask AWS for a higher limit of {action} in {region}")
            }
            Refusal::Invalid => format!("check the spelling of {subject}"),
            Refusal::Other => format!("try again later; see the AWS Health Dashboard for {region}"),
        }
    }

    fn error(&self, kind: RosterErrorKind, why: &str, remedy: String) -> RosterError {
        let Self { action, subject, region, host } = self;
        RosterError { kind, message: format!("{action} on {subject} in {region} ({host}): {why}"), remedy }
    }
}

impl Refusal {
    const fn kind(self) -> RosterErrorKind {
        match self {
            Self::NotFound => RosterErrorKind::NotFound,
            Self::NotAllowed | Self::Expired | Self::UnknownKey | Self::Signature => RosterErrorKind::Denied,
            Self::Throttled => RosterErrorKind::Throttled,
            Self::Invalid => RosterErrorKind::Invalid,
            Self::Other => RosterErrorKind::Unavailable,
        }
    }
}

/// The codes of the services' API references ("Common Errors" and each operation's "Errors").
fn refusal(status: u16, code: &str) -> Refusal {
    match code {
        "LoadBalancerNotFound"
        | "AccessPointNotFound"
        | "AccessPointNotFoundException"
        | "TargetGroupNotFound"
        | "TargetGroupNotFoundException" => Refusal::NotFound,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "NotAuthorized" | "OptInRequired" => {
            Refusal::NotAllowed
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => Refusal::Expired,
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "AuthFailure"
        | "MissingAuthenticationToken" => Refusal::UnknownKey,
        "SignatureDoesNotMatch" | "InvalidSignatureException" | "RequestTimeTooSkewed" | "IncompleteSignature" => {
            Refusal::Signature
        }
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete"
        | "EC2ThrottledException"
        | "SlowDown" => Refusal::Throttled,
        "ValidationError" | "ValidationException" | "InvalidParameterValue" | "InvalidParameterCombination" => {
            Refusal::Invalid
        }
        _ => match status {
            401 | 403 => Refusal::NotAllowed,
            429 => Refusal::Throttled,
            _ => Refusal::Other,
        },
    }
}

/// By how much this host's clock is off, when that can be the reason for a refusal.
fn difference(clocks: Clocks) -> Option<String> {
    let seconds = clocks.local.as_second() - clocks.aws.as_second();
    match seconds {
        60.. => Some(format!("this host's clock is {seconds} s ahead of AWS's")),
        ..=-60 => Some(format!("this host's clock is {} s behind AWS's", -seconds)),
        _ => None,
    }
}

/// An error of what the user wrote.
pub(crate) fn invalid(message: impl Into<String>, remedy: impl Into<String>) -> RosterError {
    RosterError { kind: RosterErrorKind::Invalid, message: message.into(), remedy: remedy.into() }
}

/// An error of the credentials, before anything was asked.
pub(crate) fn denied(message: impl Into<String>, remedy: impl Into<String>) -> RosterError {
    RosterError { kind: RosterErrorKind::Denied, message: message.into(), remedy: remedy.into() }
}

#[cfg(test)]
#[path = "errors_tests.rs"]
mod tests;
