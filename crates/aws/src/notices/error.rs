//! Failures as sources of notices tell them.

use bellwether_core::notice::{NoticeError, NoticeErrorKind};

use crate::errors::{Asked, Failure, Refusal};
use crate::imds::ImdsError;

impl From<ImdsError> for NoticeError {
    fn from(error: ImdsError) -> Self {
        let kind = match error {
            ImdsError::Absent(_) => NoticeErrorKind::Absent,
            ImdsError::Misconfigured(_) | ImdsError::Disabled(_) => NoticeErrorKind::Denied,
            ImdsError::Malformed { .. } => NoticeErrorKind::Malformed,
            ImdsError::Unhealthy { status: 429, .. } => NoticeErrorKind::Throttled,
            _ => NoticeErrorKind::Unavailable,
        };
        Self { kind, message: error.to_string(), remedy: error.remedy().to_owned() }
    }
}

impl Asked {
    /// The error to show for a source of notices that failed.
    pub(crate) fn notice_error(&self, failure: &Failure) -> NoticeError {
        let Self { action, subject, .. } = self;
        let error = NoticeError::from(self.failed(failure));
        match (failure, failure.refusal()) {
            (Failure::Unreadable(_), _) => NoticeError {
                kind: NoticeErrorKind::Malformed,
                remedy: format!("look at what answers at {} for {subject}", self.host),
                ..error
            },
            (_, Some(Refusal::NotAllowed)) => NoticeError {
                remedy: format!("allow {action} to these credentials; 'bellwether iam watch' prints the policy"),
                ..error
            },
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_names_the_command_that_prints_the_policy() {
        let asked = Asked {
            action: "ec2:DescribeInstances",
            subject: "i-1".to_owned(),
            region: "eu-west-1".to_owned(),
            host: "ec2.example.com".to_owned(),
        };
        let (code, message) = ("UnauthorizedOperation".to_owned(), String::new());
        let denied = asked.notice_error(&Failure::Refused { status: 403, code, message, clocks: None });
        assert_eq!(denied.kind, NoticeErrorKind::Denied);
        assert!(denied.remedy.contains("allow ec2:DescribeInstances") && denied.remedy.contains("iam watch"));
        let strange = asked.notice_error(&Failure::Unreadable("no XML".to_owned()));
        assert_eq!(strange.kind, NoticeErrorKind::Malformed);
        assert!(strange.message.contains("no XML") && strange.remedy.contains("ec2.example.com"));
    }
}
