//! The error of operations on what AWS runs for us, such as load balancers: what failed, on what, why, and what to do.

use bellwether_core::balancer::Invalid;
use bellwether_core::roster::{RosterError, RosterErrorKind};

use crate::errors::{Asked, Failure, Refusal};

/// Why an operation was not done, or why that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What kind of failure it is.
    pub kind: ApiErrorKind,
    /// What failed, on what, and why.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// The kinds of failure of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApiErrorKind {
    /// What is named does not exist.
    NotFound,
    /// There are no credentials, or they do not allow the operation.
    Denied,
    /// AWS asks to slow down.
    Throttled,
    /// What was asked for breaks a rule; asking again cannot help.
    Invalid,
    /// What was to be made exists already, and is not the same.
    Exists,
    /// What is there now does not allow it, or others were changing it at the same moment.
    Conflict,
    /// The account, or the load balancer, has as many of these as it may have.
    LimitReached,
    /// No answer was had; nothing was changed.
    Unavailable,
    /// A change was sent and its answer was lost: it may have been made.
    AnswerLost,
}

impl ApiError {
    /// An error of what the caller wrote, found before anything was asked.
    pub(crate) fn invalid(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind: ApiErrorKind::Invalid, message: message.into(), remedy: remedy.into() }
    }
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self::invalid(invalid.message, invalid.remedy)
    }
}

impl From<RosterError> for ApiError {
    /// Of the region, the credentials or the endpoint, which rosters need as well.
    fn from(error: RosterError) -> Self {
        let kind = match error.kind {
            RosterErrorKind::NotFound => ApiErrorKind::NotFound,
            RosterErrorKind::Denied => ApiErrorKind::Denied,
            RosterErrorKind::Throttled => ApiErrorKind::Throttled,
            RosterErrorKind::Unavailable => ApiErrorKind::Unavailable,
            RosterErrorKind::Invalid => ApiErrorKind::Invalid,
        };
        Self { kind, message: error.message, remedy: error.remedy }
    }
}

impl Asked {
    /// The error to show for an operation that failed.
    pub(crate) fn api_error(&self, failure: &Failure) -> ApiError {
        let Self { action, subject, region, host } = self;
        let lost = self.changes() && !failure.certainly_not_done();
        let kind = match failure.refusal() {
            _ if lost => ApiErrorKind::AnswerLost,
            Some(refusal) => kind(refusal),
            None => ApiErrorKind::Unavailable,
        };
        let message = format!("{action} on {subject} in {region} ({host}): {}", self.why(failure));
        let remedy = match lost {
            true => format!("look at {subject} before you try again: it may have been done; {}", self.remedy(failure)),
            false => self.api_remedy(failure),
        };
        ApiError { kind, message, remedy }
    }

    /// Whether the action changes something. By convention of AWS, the names of those that do not begin with one of
    /// these words. What is received stays in its queue.
    fn changes(&self) -> bool {
        let name = self.action.split_once(':').map_or(self.action, |(_, name)| name);
        !["BatchGet", "Describe", "Get", "List", "Query", "Receive", "Scan"].iter().any(|word| name.starts_with(word))
    }

    /// The command that prints the policy.
    fn policy_command(&self) -> &'static str {
        match self.action.split_once(':') {
            Some(("sqs" | "sns" | "dynamodb", _)) => "'bellwether iam agent' or 'iam exec'",
            _ => "'bellwether iam lb'",
        }
    }

    fn api_remedy(&self, failure: &Failure) -> String {
        let Self { action, subject, region, .. } = self;
        let Failure::Refused { code, .. } = failure else { return self.remedy(failure) };
        if let Some(remedy) = remedy_of_code(code, region) {
            return remedy;
        }
        match failure.refusal() {
            Some(Refusal::NotAllowed) => {
                format!("allow {action} to these credentials; {} prints the policy", self.policy_command())
            }
            Some(Refusal::Invalid) => format!("correct for {subject} what the answer of AWS names"),
            _ => self.remedy(failure),
        }
    }
}

const fn kind(refusal: Refusal) -> ApiErrorKind {
    match refusal {
        Refusal::NotFound => ApiErrorKind::NotFound,
        Refusal::NotAllowed | Refusal::Expired | Refusal::UnknownKey | Refusal::Signature => ApiErrorKind::Denied,
        Refusal::Throttled => ApiErrorKind::Throttled,
        Refusal::Invalid => ApiErrorKind::Invalid,
        Refusal::Exists => ApiErrorKind::Exists,
        Refusal::InTheWay | Refusal::Contended => ApiErrorKind::Conflict,
        Refusal::TooMany => ApiErrorKind::LimitReached,
        Refusal::Other => ApiErrorKind::Unavailable,
    }
}

/// What to do where something else than the load balancer itself is at fault: the errors of the operations of API
/// version 2012-06-01.
fn remedy_of_code(code: &str, region: &str) -> Option<String> {
    Some(match code {
        "CertificateNotFound" => {
            format!("check the certificate's ARN; one of ACM must be in {region}, and a new one takes some seconds")
        }
        "ListenerNotFound" => "look up which ports the load balancer listens on".to_owned(),
        "PolicyNotFound" => "look up the policies of the load balancer, and create the policy first".to_owned(),
        "PolicyTypeNotFound" => "look up the policy types that AWS offers".to_owned(),
        "SubnetNotFound" => format!("check the subnet ids, and that they are in {region}"),
        "InvalidInstance" => format!("check the instance ids, and that the instances are in {region} and its VPC"),
        "InvalidSecurityGroup" => "check the security group ids, and that they are of the same VPC".to_owned(),
        "InvalidSubnet" => {
            "give one subnet of each zone, all of one VPC, with an internet gateway if public".to_owned()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(action: &'static str) -> Asked {
        Asked {
            action,
            subject: "elb:web".to_owned(),
            region: "eu-west-1".to_owned(),
            host: "elb.example.com".to_owned(),
        }
    }

    fn refused(action: &'static str, status: u16, code: &str) -> ApiError {
        let failure = Failure::Refused { status, code: code.into(), message: "because".into(), clocks: None };
        asked(action).api_error(&failure)
    }

    const CHANGE: &str = "elasticloadbalancing:CreateLoadBalancer";
    const READ: &str = "elasticloadbalancing:DescribeLoadBalancers";

    #[test]
    fn the_code_decides_the_kind() {
        use ApiErrorKind::{Conflict, Denied, Exists, Invalid, LimitReached, NotFound, Throttled, Unavailable};
        for (code, kind) in [
            ("LoadBalancerNotFound", NotFound),
            ("AccessPointNotFound", NotFound),
            ("CertificateNotFound", NotFound),
            ("PolicyTypeNotFound", NotFound),
            ("InvalidInstance", NotFound),
            ("DuplicateLoadBalancerName", Exists),
            ("DuplicatePolicyName", Exists),
            ("DuplicateListener", Exists),
            ("TooManyLoadBalancers", LimitReached),
            ("TooManyTags", LimitReached),
            ("InvalidSubnet", Invalid),
            ("InvalidConfigurationRequest", Invalid),
            ("DuplicateTagKeys", Invalid),
            ("OperationNotPermitted", Conflict),
            ("DependencyThrottle", Throttled),
            ("AccessDenied", Denied),
            ("SomethingNew", Unavailable),
        ] {
            assert_eq!(refused(CHANGE, 400, code).kind, kind, "{code}");
        }
    }

    #[test]
    fn a_change_without_an_answer_may_have_been_made() {
        for failure in [Failure::TimedOut, Failure::Unreached("gone".to_owned())] {
            assert_eq!(asked(CHANGE).api_error(&failure).kind, ApiErrorKind::AnswerLost);
            assert_eq!(asked(READ).api_error(&failure).kind, ApiErrorKind::Unavailable);
        }
        assert_eq!(refused(CHANGE, 500, "InternalFailure").kind, ApiErrorKind::AnswerLost);
        assert_eq!(refused(READ, 500, "InternalFailure").kind, ApiErrorKind::Unavailable);
        let not_sent = asked(CHANGE).api_error(&Failure::NotSent("refused".to_owned()));
        assert_eq!(not_sent.kind, ApiErrorKind::Unavailable);
    }

    #[test]
    fn a_denial_names_the_action_and_the_command_that_prints_the_policy() {
        let error = refused(CHANGE, 403, "AccessDenied");
        assert!(error.message.contains("elb:web in eu-west-1 (elb.example.com): AccessDenied: because"), "{error}");
        assert!(error.remedy.contains(CHANGE) && error.remedy.contains("bellwether iam lb"), "{}", error.remedy);
    }

    #[test]
    fn what_is_missing_is_told_from_the_load_balancer() {
        assert!(refused(CHANGE, 400, "CertificateNotFound").remedy.contains("certificate"));
        assert!(refused(CHANGE, 400, "LoadBalancerNotFound").remedy.contains("elb:web"));
    }
}
