//! What went wrong at AWS, and in words: by the error's code, never by the words of its message.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bellwether_core::roster::{RosterError, RosterErrorKind};
use hyper_util::client::legacy;
use jiff::Timestamp;

use crate::text::{causes, shown};

/// What a proxy may say after it has passed a request on.
const REQUEST_TIMEOUT: u16 = 408;

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
    /// No connection was had, so that nothing was sent.
    NotSent(String),
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
    /// On what: a group, a store, or `these credentials`.
    pub(crate) subject: String,
    /// The region asked.
    pub(crate) region: String,
    /// The host asked.
    pub(crate) host: String,
}

/// The kinds of refusal that have different remedies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    NotFound,
    NotAllowed,
    Expired,
    UnknownKey,
    Signature,
    Throttled,
    /// Others were changing the same thing.
    Contended,
    Invalid,
    /// There is another one of this name.
    Exists,
    /// What is there now forbids it.
    InTheWay,
    /// A quota is used up.
    TooMany,
    Other,
}

impl Failure {
    /// Whether another attempt may succeed.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status >= 500 || self.refusal().is_some_and(Refusal::is_passing),
            Self::NotSent(_) | Self::TimedOut | Self::Unreached(_) => true,
            Self::Unreadable(_) => false,
        }
    }

    /// The kind of refusal; none when AWS did not refuse.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused { status, code, .. } => Some(refusal(*status, code)),
            _ => None,
        }
    }

    /// Whether what was asked has certainly not been done. A service may fail (5xx) after it has done its work.
    pub(crate) fn certainly_not_done(&self) -> bool {
        match self {
            Self::Refused { status, .. } => {
                self.refusal().is_some_and(Refusal::is_passing) || (*status < 500 && *status != REQUEST_TIMEOUT)
            }
            Self::NotSent(_) => true,
            Self::TimedOut | Self::Unreached(_) | Self::Unreadable(_) => false,
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
        SdkError::ConstructionFailure(_) => Failure::NotSent(causes(error)),
        SdkError::TimeoutError(_) => Failure::TimedOut,
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(error) if never_connected(error) => Failure::NotSent(causes(error)),
            _ if failure.is_timeout() => Failure::TimedOut,
            error => Failure::Unreached(error.map_or_else(String::new, |error| causes(error))),
        },
        SdkError::ResponseError(context) if !context.raw().status().is_success() => Failure::Refused {
            status: context.raw().status().as_u16(),
            code: String::new(),
            message: String::new(),
            clocks: None,
        },
        other => Failure::Unreadable(causes(other)),
    }
}

/// Whether a request failed while its connection was being made: name, route, TCP or TLS.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect) {
            return true;
        }
        next = error.source();
    }
    false
}

impl Asked {
    /// The error to show for a failure to tell a roster.
    pub(crate) fn failed(&self, failure: &Failure) -> RosterError {
        let Self { action, subject, region, host } = self;
        let why = self.why(failure);
        RosterError {
            kind: failure.refusal().map_or(RosterErrorKind::Unavailable, Refusal::kind),
            message: format!("{action} on {subject} in {region} ({host}): {why}"),
            remedy: self.remedy(failure),
        }
    }

    /// The cause, in words.
    pub(crate) fn why(&self, failure: &Failure) -> String {
        match failure {
            Failure::Refused { status, code, message, clocks } => refused(*status, code, message, *clocks),
            Failure::TimedOut => "no answer in time".to_owned(),
            Failure::NotSent(why) | Failure::Unreached(why) => format!("no connection: {}", shown(why)),
            Failure::Unreadable(why) => format!("the answer cannot be read: {}", shown(why)),
        }
    }

    /// What to do about it.
    pub(crate) fn remedy(&self, failure: &Failure) -> String {
        match failure.refusal() {
            Some(refusal) => self.remedy_of(refusal),
            None => format!(
                "check the network, the DNS and the proxy settings towards {}, and that {} is the right region",
                self.host, self.region
            ),
        }
    }

    fn remedy_of(&self, refusal: Refusal) -> String {
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
            Refusal::Contended => format!("try again: others were changing {subject} at the same moment"),
            Refusal::Invalid => format!("check the spelling of {subject}"),
            Refusal::Exists => format!(
                "look at what is there under this name in {region}: it was there before, or an attempt whose answer \
                 was lost has made it"
            ),
            Refusal::InTheWay => format!("look at the present state of {subject}, which does not allow {action}"),
            Refusal::TooMany => format!("remove what is not needed, or ask AWS for a higher quota in {region}"),
            Refusal::Other => format!("try again later; see the AWS Health Dashboard for {region}"),
        }
    }
}

fn refused(status: u16, code: &str, message: &str, clocks: Option<Clocks>) -> String {
    let mut why = match code {
        "" => format!("HTTP status {status}"),
        code => shown(code),
    };
    if !message.is_empty() {
        why = format!("{why}: {}", shown(message));
    }
    let refusal = refusal(status, code);
    if let (Refusal::Signature | Refusal::Expired, Some(difference)) = (refusal, clocks.and_then(difference)) {
        why = format!("{why}; {difference}");
    }
    why
}

impl Refusal {
    const fn kind(self) -> RosterErrorKind {
        match self {
            Self::NotFound => RosterErrorKind::NotFound,
            Self::NotAllowed | Self::Expired | Self::UnknownKey | Self::Signature => RosterErrorKind::Denied,
            Self::Throttled => RosterErrorKind::Throttled,
            Self::Invalid | Self::Exists => RosterErrorKind::Invalid,
            Self::Contended | Self::InTheWay | Self::TooMany | Self::Other => RosterErrorKind::Unavailable,
        }
    }

    /// Whether the same request may be granted a moment later.
    pub(crate) const fn is_passing(self) -> bool {
        matches!(self, Self::Throttled | Self::Contended)
    }
}

/// The codes of the services' API references ("Common Errors" and each operation's "Errors").
fn refusal(status: u16, code: &str) -> Refusal {
    match code {
        "LoadBalancerNotFound"
        | "AccessPointNotFound"
        | "AccessPointNotFoundException"
        | "TargetGroupNotFound"
        | "TargetGroupNotFoundException"
        | "ResourceNotFoundException"
        | "CertificateNotFound"
        | "InvalidInstance"
        | "AWS.SimpleQueueService.NonExistentQueue"
        | "QueueDoesNotExist"
        | "NotFound"
        | "NotFoundException"
        | "ListenerNotFound"
        | "LoadBalancerAttributeNotFound"
        | "PolicyNotFound"
        | "PolicyTypeNotFound"
        | "SubnetNotFound" => Refusal::NotFound,
        "DuplicateListener"
        | "DuplicateLoadBalancerName"
        | "DuplicatePolicyName"
        | "QueueAlreadyExists"
        | "QueueNameExists" => Refusal::Exists,
        "OperationNotPermitted"
        | "ResourceInUse"
        | "ResourceInUseException"
        | "AWS.SimpleQueueService.QueueDeletedRecently"
        | "QueueDeletedRecently" => Refusal::InTheWay,
        "TooManyLoadBalancers"
        | "TooManyPolicies"
        | "TooManyTags"
        | "TooManyAccessPoints"
        | "TooManyRegistrationsForTargetId"
        | "TooManyTargets"
        | "OverLimit"
        | "TopicLimitExceeded"
        | "SubscriptionLimitExceeded" => Refusal::TooMany,
        "AccessDenied"
        | "AuthorizationError"
        | "AuthorizationErrorException"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "OptInRequired" => Refusal::NotAllowed,
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
        | "ProvisionedThroughputExceeded"
        | "ProvisionedThroughputExceededException"
        | "ThrottlingError"
        | "LimitExceededException"
        | "DependencyThrottle"
        | "Throttled"
        | "SlowDown" => Refusal::Throttled,
        "TransactionConflict"
        | "TransactionConflictException"
        | "TransactionInProgressException"
        | "ConcurrentAccess"
        | "ConcurrentAccessException"
        | "ReplicatedWriteConflictException" => Refusal::Contended,
        "ValidationError"
        | "ValidationException"
        | "InvalidParameterValue"
        | "InvalidParameterCombination"
        | "InvalidParameter"
        | "InvalidAttributeName"
        | "InvalidAttributeValue"
        | "InvalidMessageContents"
        | "ReceiptHandleIsInvalid"
        | "MissingParameter"
        | "DuplicateTagKeys"
        | "InvalidConfigurationRequest"
        | "InvalidScheme"
        | "InvalidSecurityGroup"
        | "InvalidSubnet"
        | "InvalidTarget"
        | "UnsupportedProtocol" => Refusal::Invalid,
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
